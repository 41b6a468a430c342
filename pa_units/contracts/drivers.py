"""Who supervises agents: one of these names stands in the ledger with each of them."""

SYSTEMD = "systemd"
BUILTIN = "builtin"
"""Our own supervisor, for hosts without an init system."""
