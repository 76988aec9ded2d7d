"""Contextual bandits, one policy a file, one contract for all."""
