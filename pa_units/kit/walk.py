"""May a path be trusted? Walk it part by part without following symlinks."""

import os
import stat
from collections.abc import Collection, Iterator
from functools import cache

_STEP = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC

LOG_DIRECTORY = "/var/log"
"""Its group may write on Ubuntu (root:syslog 0775): the distribution's own choice, and what runs
as that group is the log daemon."""


def unsafe_reason(
    path: str,
    trusted_uids: Collection[int],
    root: str = "",
    trusted_paths: Collection[str] = (),
) -> str:
    """Say why somebody else could put something of theirs in the place of `path`, "" if nobody can.

    Safe is a path whose every existing part, "/" and itself included, is no symlink, belongs to
    one of `trusted_uids`, and is writable by nobody else; parts of `trusted_paths` need only be
    real directories. What does not exist yet can be made by the owner of the last part alone. A
    sticky directory is unsafe: its files are protected, a name that is still free is not.
    """
    parts = path.split("/")
    if not path.startswith("/") or ".." in parts:
        return f"{path} is not an absolute path without '..'"
    here = "/"
    try:
        for here, status in _steps(root or "/", [part for part in parts if part not in ("", ".")]):
            if reason := _unsafe(here, status, trusted_uids, here in trusted_paths):
                return reason
    except FileNotFoundError:
        return ""
    except NotADirectoryError:
        return f"{here} is not a directory"
    except PermissionError:
        return f"{here} cannot be searched: permission denied"
    return ""


def _steps(start: str, parts: list[str]) -> Iterator[tuple[str, os.stat_result]]:
    """Give each part of the path with its status, opened below the part before it."""
    here, current = "/", os.open(start, os.O_PATH | os.O_CLOEXEC)
    try:
        yield here, os.fstat(current)
        for part in parts:
            following = os.open(part, _STEP, dir_fd=current)
            os.close(current)
            here, current = f"{here.rstrip('/')}/{part}", following
            yield here, os.fstat(current)
    finally:
        os.close(current)


def _unsafe(path: str, status: os.stat_result, trusted_uids: Collection[int], trusted: bool) -> str:
    if stat.S_ISLNK(status.st_mode):
        return f"{path} is a symlink"
    if trusted and stat.S_ISDIR(status.st_mode):
        return ""
    if status.st_uid not in trusted_uids:
        return f"{path} belongs to {_user(status.st_uid)}"
    if status.st_mode & stat.S_IWOTH:
        return f"{path} is writable by everyone"
    # With an access list the group bits are its mask (acl(5)), so they cover its entries as well.
    if status.st_mode & stat.S_IWGRP and not _private(status.st_gid, status.st_uid):
        return f"{path} is writable by the group {_group(status.st_gid)}"
    return ""


def _user(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def _group(gid: int) -> str:
    import grp

    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


@cache
def _private(gid: int, uid: int) -> bool:
    """Is this the group of that one user? Distributions give each user a group of its own and a
    umask of 002; Debian's sshd judges `authorized_keys` by the same rule."""
    import grp
    import pwd

    try:
        owner = pwd.getpwuid(uid).pw_name
        members = set(grp.getgrgid(gid).gr_mem)
    except KeyError:
        return False
    members |= {entry.pw_name for entry in pwd.getpwall() if entry.pw_gid == gid}
    return members == {owner}
