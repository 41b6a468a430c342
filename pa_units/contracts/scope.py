"""Which service manager, and where its state is. Apart from the rest of `contracts/`: what shall
answer in a few milliseconds needs no more, and `typing` alone takes 4."""

from collections.abc import Mapping
from enum import StrEnum

from pa_units.kit.errors import UsageError


class Scope(StrEnum):
    """Which service manager: PID 1, or the manager of one user."""

    SYSTEM = "system"
    USER = "user"


def usual(uid: int) -> Scope:
    """The scope of a user who does not say which: root acts on the system."""
    return Scope.USER if uid else Scope.SYSTEM


def home(env: Mapping[str, str], uid: int) -> str:
    """The home directory of a user."""
    if stated := env.get("HOME"):
        return stated
    import pwd

    return pwd.getpwuid(uid).pw_dir


def moved(env: Mapping[str, str]) -> str:
    """Return PA_HOME, which moves everything, without a slash at its end; "" if it is not set.

    Raises UsageError for a relative one: the next command would look elsewhere.
    """
    stated = env.get("PA_HOME", "")
    if stated and not stated.startswith("/"):
        raise UsageError(f"cannot use PA_HOME '{stated}': it is no absolute path")
    return stated.rstrip("/")


def state_directory(scope: Scope, env: Mapping[str, str], home: str) -> str:
    """Where the ledger stands (XDG base directories). Raises UsageError for a relative PA_HOME."""
    if elsewhere := moved(env):
        return f"{elsewhere}/state"
    if scope is Scope.SYSTEM:
        return "/var/lib/pa"
    return f"{env.get('XDG_STATE_HOME') or f'{home}/.local/state'}/pa"
