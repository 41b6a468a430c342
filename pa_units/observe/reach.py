"""May somebody else read, enter or run a path? By its permission bits, as path_resolution(7) goes.

Access lists (acl(5)) are not looked at: who has one is given the benefit of the doubt.
"""

import os
import stat
from typing import NamedTuple

READ, WRITE, RUN = 4, 2, 1
_LIST = "system.posix_acl_access"


class Who(NamedTuple):
    """An account as the kernel knows it."""

    uid: int
    groups: frozenset[int]
    name: str = ""


def barred(path: str, who: Who, want: int) -> str:
    """Return the part of `path` at which `who` is refused; empty: none, or it is not there."""
    if who.uid == 0:
        return ""
    steps = [part for part in path.split("/") if part]
    for depth in range(len(steps)):
        directory = "/" + "/".join(steps[:depth])
        if not _grants(directory, who, RUN):
            return directory
    return "" if _grants(path, who, want) else path


def _grants(path: str, who: Who, want: int) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return True
    if _has_list(path):
        return True
    shift = 6 if status.st_uid == who.uid else 3 if status.st_gid in who.groups else 0
    return (status.st_mode >> shift) & want == want


def _has_list(path: str) -> bool:
    try:
        return _LIST in os.listxattr(path)
    except OSError:
        return False


def described(path: str) -> str:
    """`root:adm 0640`, as `ls -l` would tell it; empty when it is not there."""
    import grp
    import pwd

    try:
        status = os.stat(path)
    except OSError:
        return ""
    try:
        owner = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        owner = str(status.st_uid)
    try:
        group = grp.getgrgid(status.st_gid).gr_name
    except KeyError:
        group = str(status.st_gid)
    return f"{owner}:{group} {stat.S_IMODE(status.st_mode):04o}"


def account(name: str, *, own: bool) -> Who | None:
    """Return the account of that name, `own`: that of this process. A dynamic user (no name) is
    nobody in particular: it has only what everybody has. None: there is no such account."""
    import pwd

    if own:
        return Who(os.getuid(), frozenset((os.getgid(), *os.getgroups())), "you")
    if not name:
        return Who(-1, frozenset(), "a dynamic user")
    try:
        found = pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
    except KeyError:
        return None
    groups = os.getgrouplist(found.pw_name, found.pw_gid)
    return Who(found.pw_uid, frozenset(groups), found.pw_name)
