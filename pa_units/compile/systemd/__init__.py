"""The systemd target, 252 and later: one file per concern of a unit."""
