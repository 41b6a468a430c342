"""Where the buses of the two scopes listen (D-Bus Specification, "Server Addresses")."""

import os
from collections.abc import Mapping

from pa_units.contracts.scope import Scope
from pa_units.drive.errors import NoBus

SYSTEM_ADDRESS = "unix:path=/run/dbus/system_bus_socket"


def _no_session_hint() -> str:
    """The line that helps: su(1) and sudo(8) leave the way to the user's manager unsaid, and where
    nobody has logged in none runs."""
    uid = os.geteuid()
    runtime = f"/run/user/{uid}"
    export = f"export XDG_RUNTIME_DIR={runtime}"
    if os.path.exists(f"{runtime}/bus"):
        return export
    import pwd

    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    return f"loginctl enable-linger {user} && {export}"


def bus_address(scope: Scope, env: Mapping[str, str]) -> str:
    """Return the D-Bus address of the scope's bus. Raises NoBus when nothing names one."""
    if scope is Scope.SYSTEM:
        return env.get("DBUS_SYSTEM_BUS_ADDRESS") or SYSTEM_ADDRESS
    if stated := env.get("DBUS_SESSION_BUS_ADDRESS"):
        return stated
    if runtime := env.get("XDG_RUNTIME_DIR"):
        return f"unix:path={runtime}/bus"
    raise NoBus("cannot reach the user's service manager: no login session", _no_session_hint())


def private_socket(scope: Scope, env: Mapping[str, str]) -> str:
    """Return the service manager's own socket: D-Bus without a bus daemon, for its owner alone.

    systemctl(1) uses it too. Empty when this user may not, or when `env` states another bus: then
    another manager is meant than the one on this socket.
    """
    if scope is Scope.SYSTEM:
        mine = os.geteuid() == 0 and not env.get("DBUS_SYSTEM_BUS_ADDRESS")
        return "/run/systemd/private" if mine else ""
    runtime = env.get("XDG_RUNTIME_DIR", "")
    stated = env.get("DBUS_SESSION_BUS_ADDRESS") or f"unix:path={runtime}/bus"
    mine = bool(runtime) and stated.partition(",")[0] == f"unix:path={runtime}/bus"
    return f"{runtime}/systemd/private" if mine else ""


def socket_names(address: str) -> list[str]:
    """Return the unix sockets of an address in order of preference, as `socket.connect` takes them.

    Addresses are separated by `;`, bytes in them escaped as `%2d`. Other transports than `unix:`
    are left out: no service manager listens there.
    """
    names = []
    for one in address.split(";"):
        transport, _, rest = one.partition(":")
        pairs = dict(pair.partition("=")[::2] for pair in rest.split(",") if pair)
        if transport != "unix":
            continue
        if path := pairs.get("path"):
            names.append(_unescape(path))
        elif abstract := pairs.get("abstract"):
            names.append("\0" + _unescape(abstract))
    return names


def _unescape(text: str) -> str:
    first, *rest = text.split("%")
    out = first.encode()
    for part in rest:
        try:
            out += bytes.fromhex(part[:2]) + part[2:].encode()
        except ValueError:
            raise NoBus(f"cannot reach the bus: bad escape in its address: %{part[:2]}") from None
    return os.fsdecode(out)


def absent(scope: Scope, where: str, reason: str) -> NoBus:
    """Return the error for a bus that nobody answers on."""
    if scope is Scope.USER:
        return NoBus(f"cannot reach the user bus at {where}: {reason}", _no_session_hint())
    # sd_booted(3): the directory is there exactly when systemd is PID 1.
    if not os.path.isdir("/run/systemd/system"):
        return NoBus(
            f"cannot reach the system bus at {where}: {reason}",
            "this host was not booted with systemd",
        )
    return NoBus(
        f"cannot reach the system bus at {where}: {reason}", "start it: systemctl start dbus.socket"
    )
