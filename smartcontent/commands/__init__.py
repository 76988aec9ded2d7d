"""What the command line's commands do, one a file, each with `run(...)`."""
