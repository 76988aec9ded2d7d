"""The benchmarks run, say what was agreed, and can fail."""
