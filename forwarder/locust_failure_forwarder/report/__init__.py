"""From logs on disk to what a person or a script reads. Reads only; never sends."""
