"""What compile needs to know of the machine, as a value.

`observe/facts.py` gathers it from a running host; packagers and golden tests write it down.
"""

from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts.drivers import SYSTEMD
from pa_units.contracts.places import Places
from pa_units.contracts.refs import Scope


class Account(NamedTuple):
    """A user of the host with its primary group."""

    name: str
    uid: int
    group: str
    home: str


class Host(NamedTuple):
    """Facts that hold for every agent of one install."""

    systemd: int
    """major version, 252 and later; 0 where agents are not for systemd"""
    scope: Scope
    places: Places
    account: Account
    """who installs: root in the system scope"""
    helpers: str
    """directory of the helper programs, as units name it"""
    distribution: str = ""
    """`debian 12`; empty when unknown"""
    linger: bool = True
    user_namespaces: bool = True
    python: bool = True
    """is there /usr/bin/python3? Programs of ours that agents run themselves need it"""
    driver: str = SYSTEMD
    """who is to supervise"""
    logrotate: bool = True
    """is there /usr/sbin/logrotate?"""


class Directory(NamedTuple):
    """A directory of the spec as it stands on the host."""

    path: str
    owner: Account | None
    """None: it does not exist"""
    unsafe: str = ""
    """why the owner may not be trusted with it: a symlink or another's writable directory on the
    way; empty when the path is safe"""
    known: bool = True
    """False: it stands on another machine, and nobody here knows more than its path"""


class LogPlace(NamedTuple):
    """A log file of the spec as it stands on the host."""

    path: str
    unsafe: str = ""
    """why root may not append there; empty when it may"""
    uncut: str = ""
    """why its file system cannot cut a file at its front where the log will really stand; empty
    when it can"""
    claimed: str = ""
    """the file for logrotate that already names it, and is not this agent's"""


class ReadFile(NamedTuple):
    """A file that PID 1 or the installer reads for an agent."""

    missing: bool = False
    unsafe: str = ""
    """why somebody but root can put another file in its place; empty when nobody can"""


class Placement(NamedTuple):
    """Facts about one agent's names on this host."""

    executable: str | None
    """absolute path of its program; None: not found"""
    resolved: str = ""
    """the same with every symlink followed: a venv's interpreter stands elsewhere"""
    instead: str = ""
    """a program of nearly that name which is there: python3 for python"""
    cwd: Directory | None = None
    logs: Mapping[str, LogPlace] = {}
    files: Mapping[str, ReadFile] = {}
    """by path: those of `env_file` and `secrets`"""
    user: Account | None = None
    """the account that the spec names; None: none named, or there is none of that name"""
    no_group: bool = False
    """the spec names a group that is not there"""
    taken: str = ""
    """the file of a foreign unit that already has a name that the agent needs"""
    links: Mapping[str, tuple[str, ...]] = {}
    """by watched path: the directories that hold a symlink on the way to it"""
    schedule: str = ""
    """why this host cannot keep its schedule, in words; empty when it can, or nobody asked"""
    never_due: bool = False
    """its schedule names no date that lies ahead"""


class Standing(NamedTuple):
    """An agent that was installed earlier, as a neighbour sees it."""

    starts: tuple[str, ...]
    """the units that a start starts"""
    runs: tuple[str, ...]
    """the services that run its program"""
    offers: tuple[str, ...] = ()
    """what its dependants may rely on: see `contracts.needs`"""
    needs: Mapping[str, tuple[str, ...]] = {}
    """by agent that it depends on: what it relies on there"""
    origin: str = ""
    """the spec file that it was installed from"""


class Facts(NamedTuple):
    """Everything compile may know of the machine."""

    host: Host
    placements: Mapping[str, Placement]
    """by agent name"""
    installed: Mapping[str, Standing] | None = {}
    """by agent name; those that are compiled now may be among them. None: nobody knows, since the
    units are for another machine"""
