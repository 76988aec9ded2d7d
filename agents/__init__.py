"""One agent a file; nouns in, nouns out; no agent knows another."""
