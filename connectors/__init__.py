"""Platforms, one a file, one contract for all."""
