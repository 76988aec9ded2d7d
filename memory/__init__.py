"""Vector memory: what was written and read before."""
