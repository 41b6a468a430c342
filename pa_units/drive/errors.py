"""What can go wrong between us and the init system's bus.

BusError (1)
├── NoBus         nobody listens where the bus should be
├── BusDenied (4) the bus or the service manager refuses this user
├── BusTimeout    no answer within our time limit
├── BusLost       the connection ended, or what came is not D-Bus
└── CallError     the service manager answered with an error; `name` is the D-Bus error name
"""

from pa_units.kit.errors import PaError, PermissionProblem

ACCESS_DENIED = "org.freedesktop.DBus.Error.AccessDenied"
NEEDS_AUTHORIZATION = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
DENIALS = frozenset({ACCESS_DENIED, NEEDS_AUTHORIZATION})
"""Error names that mean: another user may."""

_NO_MANAGER = frozenset(
    {
        "org.freedesktop.DBus.Error.ServiceUnknown",
        "org.freedesktop.DBus.Error.NameHasNoOwner",
        # Its service file says Exec=/bin/false, so that only systemd itself can be the manager.
        "org.freedesktop.DBus.Error.Spawn.ChildExited",
        "org.freedesktop.DBus.Error.Spawn.ServiceNotFound",
    }
)


class BusError(PaError):
    """The init system cannot be asked."""


class NoBus(BusError):
    """Nobody listens where the bus should be."""


class BusDenied(BusError, PermissionProblem):
    """The bus or the service manager refuses this user."""


class BusTimeout(BusError):
    """No answer within the time limit."""


class BusLost(BusError):
    """The connection ended, or what came over it is not D-Bus."""


class CallError(BusError):
    """The peer answered with an error."""

    def __init__(self, message: str, hint: str = "", name: str = "") -> None:
        super().__init__(message, hint)
        self.name = name


def refusal(name: str, text: str, what: str) -> BusError:
    """Return the exception for an error reply to `what`, e.g. `list the units`."""
    reason = text or name
    if name in DENIALS:
        return BusDenied(
            f"cannot {what}: {reason}", "run it with sudo, or use --user for your own services"
        )
    if name in _NO_MANAGER:
        return CallError(
            f"cannot {what}: no service manager on this bus",
            "does `systemctl status` (in the user scope `systemctl --user status`) answer?",
            name,
        )
    return CallError(f"cannot {what}: {reason}", name=name)
