"""Whom an agent runs as: names of the spec → numbers, and numbers for those without a user."""

import binascii
import grp
import os
import pwd
from collections.abc import Collection
from typing import NamedTuple

FIRST, LAST = 61184, 65519
"""The numbers that systemd gives to dynamic users (systemd.io/UIDS-GIDS): no distribution uses
them for anything else."""

USER_UNKNOWN, GROUP_UNKNOWN = 217, 216
"""systemd.exec(5), "Process Exit Codes"."""


class Identity(NamedTuple):
    """Who a process is."""

    uid: int = -1
    """-1: whoever we are"""
    gid: int = -1
    groups: tuple[int, ...] = ()
    name: str = ""
    home: str = "/"
    shell: str = "/bin/sh"


class NoAccount(Exception):
    """The user or group does not exist; `status` as systemd would exit with."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


def own() -> Identity:
    """Return who we are, with nothing to change."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        return Identity(name=str(os.getuid()))
    return Identity(name=entry.pw_name, home=entry.pw_dir, shell=entry.pw_shell or "/bin/sh")


def named(user: str, group: str) -> Identity:
    """Return the identity of a user, with another primary group if one is named.

    Raises NoAccount.
    """
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise NoAccount(USER_UNKNOWN, f"there is no user '{user}'") from None
    gid = _group(group) if group else entry.pw_gid
    groups = tuple(os.getgrouplist(user, gid))
    if entry.pw_uid == os.getuid() != 0:
        return own()
    return Identity(entry.pw_uid, gid, groups, user, entry.pw_dir, entry.pw_shell or "/bin/sh")


def _group(name: str) -> int:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise NoAccount(GROUP_UNKNOWN, f"there is no group '{name}'") from None


def numbered(uid: int, home: str) -> Identity:
    """Return the identity of a number that has no name."""
    return Identity(uid, uid, (), str(uid), home)


def free_number(agent: str, directory: str, taken: Collection[int]) -> int:
    """Choose a number for `agent`: the owner of its directory, else one that follows from its name,
    so that what it owns elsewhere stays its own."""
    owner = _owner(directory)
    if FIRST <= owner <= LAST and owner not in taken:
        return owner
    count = LAST - FIRST + 1
    first = binascii.crc32(agent.encode()) % count
    numbers = (FIRST + (first + step) % count for step in range(count))
    return next(uid for uid in numbers if uid not in taken and not _has_name(uid))


def _owner(directory: str) -> int:
    try:
        return os.lstat(directory).st_uid
    except OSError:
        return -1


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
