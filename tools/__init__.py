"""Tool functions: plain, typed, one verb each."""
