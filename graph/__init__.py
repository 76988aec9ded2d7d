"""The order of work, nothing else."""
