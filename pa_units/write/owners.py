"""User and group names → ids."""

import os
from collections.abc import Callable
from functools import cache

from pa_units.kit.errors import PaError
from pa_units.kit.files import Ids, read_if_present

Resolve = Callable[[str, str], Ids | None]
"""owner and group by name → uid and gid; None: whoever writes, since only root gives files away"""


def resolver(root: str = "") -> Resolve:
    """Return how names resolve in the system at `root`: by its own passwd and group files if it
    has them, else as on this host."""
    if os.geteuid() != 0:
        return lambda owner, group: None
    users = _table(root, "/etc/passwd", "user")
    groups = _table(root, "/etc/group", "group")

    @cache
    def ids(owner: str, group: str) -> Ids:
        return users(owner), groups(group)

    return ids


def _table(root: str, path: str, what: str) -> Callable[[str], int]:
    data = read_if_present(path, root) if root else None
    if data is None:
        return _host_user if what == "user" else _host_group
    # passwd(5), group(5): name:password:id:…
    rows = (line.split(":") for line in data.decode(errors="replace").splitlines())
    known = {row[0]: int(row[2]) for row in rows if len(row) > 2 and row[2].isdigit()}

    def lookup(name: str) -> int:
        try:
            return known[name]
        except KeyError:
            raise _unknown(what, name, root + path) from None

    return lookup


def _host_user(name: str) -> int:
    import pwd

    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        raise _unknown("user", name, "this host") from None


def _host_group(name: str) -> int:
    import grp

    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise _unknown("group", name, "this host") from None


def _unknown(what: str, name: str, where: str) -> PaError:
    return PaError(f"cannot give files to {what} '{name}': {where} has no such {what}")
