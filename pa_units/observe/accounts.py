"""Users and groups: of this host, or of the tree below a root by its own files."""

import grp
import os
import pwd
from collections.abc import Iterator

from pa_units.contracts.facts import Account


class Accounts:
    """Looks users and groups up, in `root` by etc/passwd and etc/group alone: what the host's name
    services know does not hold there."""

    def __init__(self, root: str = "") -> None:
        self.root = root

    def of(self, uid: int) -> Account:
        """The account of a user id; a bare number where there is no name for it."""
        try:
            found = pwd.getpwuid(uid) if not self.root else self._by_id(uid)
        except KeyError:
            return Account(str(uid), uid, str(uid), "/")
        return self._account(found)

    def _by_id(self, uid: int) -> pwd.struct_passwd:
        for one in self._users():
            if one.pw_uid == uid:
                return one
        raise KeyError(uid)

    def named(self, user: str) -> Account | None:
        """The account of that name."""
        if not self.root:
            try:
                return self._account(pwd.getpwnam(user))
            except KeyError:
                return None
        found = next((one for one in self._users() if one.pw_name == user), None)
        return None if found is None else self._account(found)

    def has_group(self, group: str) -> bool:
        """Is there a group of that name?"""
        if not self.root:
            try:
                return bool(grp.getgrnam(group))
            except KeyError:
                return False
        return any(name == group for name, _ in self._groups())

    def _account(self, entry: pwd.struct_passwd) -> Account:
        return Account(entry.pw_name, entry.pw_uid, self._group(entry.pw_gid), entry.pw_dir)

    def _group(self, gid: int) -> str:
        if not self.root:
            try:
                return grp.getgrgid(gid).gr_name
            except KeyError:
                return str(gid)
        return next((name for name, number in self._groups() if number == gid), str(gid))

    def _users(self) -> Iterator[pwd.struct_passwd]:
        for fields in _rows(f"{self.root}/etc/passwd", 7):
            name, secret, uid, gid, *rest = fields
            yield pwd.struct_passwd((name, secret, int(uid), int(gid), *rest))

    def _groups(self) -> Iterator[tuple[str, int]]:
        for name, _, gid, _members in _rows(f"{self.root}/etc/group", 4):
            yield name, int(gid)


def _rows(path: str, fields: int) -> Iterator[list[str]]:
    """The well-formed lines of passwd(5) or group(5)."""
    if not os.path.isfile(path):
        return
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            row = line.rstrip("\n").split(":")
            if len(row) == fields and row[2].isdigit() and (fields == 4 or row[3].isdigit()):
                yield row
