"""What the commands of `cli.py` do, one file each. Every function returns the exit code."""
