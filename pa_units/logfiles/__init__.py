"""Log files that agents append to: read, follow, rotate."""
