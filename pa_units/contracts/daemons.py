"""Units of ours that run beside agents, and not for a single one of them."""

WATCHDOG = "pa-watchdog.service"
TELL = "pa-tell.service"
TELL_SOCKET = "pa-tell.socket"

PROGRAM = "/watchdog/"
"""In the path of every file of the companion's program."""

BY_SOCKET = (TELL,)
"""Started by what somebody asks of them."""

ALL = (WATCHDOG, TELL_SOCKET, TELL)
"""In the order in which they are stopped."""
