"""What systemd's own checker says of a unit file: systemd-analyze(1), `verify`."""

from pa_units.contracts.refs import Scope
from pa_units.kit.processes import run

_TIMEOUT = 60.0


def complaints(path: str, scope: Scope) -> tuple[str, ...]:
    """Return its complaints about one file, none when it has none."""
    argv = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no"]
    argv += ["--user"] if scope is Scope.USER else []
    done = run([*argv, path], timeout=_TIMEOUT, check=False)
    lines = done.err.decode(errors="replace").splitlines()
    # It speaks of units that others have written, too.
    name = path.rpartition("/")[2]
    about = [line for line in lines if name in line or path in line]
    return tuple(about or (lines if done.code else ()))
