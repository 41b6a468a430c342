"""Gather the facts that compile needs of this host, or of the tree below a `root`."""

import os
import re
from collections.abc import Iterable, Mapping
from functools import cache

from pa_units.contracts import units
from pa_units.contracts.facts import Directory, Facts, Host, LogPlace, Placement, ReadFile
from pa_units.contracts.places import Places
from pa_units.contracts.refs import Scope
from pa_units.kit.errors import PaError
from pa_units.kit.walk import LOG_DIRECTORY, unsafe_reason
from pa_units.logfiles.front import cannot_cut
from pa_units.observe import rotated, schedules, watched
from pa_units.observe.accounts import Accounts
from pa_units.observe.linger import lingers
from pa_units.spec.model import Agent

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where systemd looks for a bare program name, systemd.exec(5); not the PATH of a login shell."""

_LIBRARY_DIRECTORIES = ("/usr/lib", "/usr/lib64", "/lib")
"""Holding `systemd/`, on Debian below a directory named after the architecture."""
_LIBRARY = re.compile(r"libsystemd-(?:shared|core)-(\d+)")

_SYSTEM_UNITS = (
    "/etc/systemd/system.control",
    "/run/systemd/system.control",
    "/run/systemd/transient",
    "/run/systemd/generator.early",
    "/etc/systemd/system",
    "/run/systemd/system",
    "/run/systemd/generator",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
    "/run/systemd/generator.late",
)
_USER_UNITS = (
    "/etc/systemd/user",
    "/run/systemd/user",
    "/usr/local/lib/systemd/user",
    "/usr/lib/systemd/user",
    "/usr/share/systemd/user",
)
"""systemd.unit(5), "Unit File Load Path". An alias is a symlink in one of them, so a listing
answers for names and aliases alike without making PID 1 load anything."""


def systemd_version(root: str = "") -> int:
    """The systemd installed below `root`, by the name of its private library: works for a tree
    that is not booted, and without starting a program.

    Raises PaError where there is none.
    """
    for base in _LIBRARY_DIRECTORIES:
        multiarch = (name for name in _listing(root + base) if "-linux-" in name)
        for directory in (f"{base}/systemd", *(f"{base}/{name}/systemd" for name in multiarch)):
            for entry in _listing(root + directory):
                if found := _LIBRARY.match(entry):
                    return int(found[1])
    raise PaError(
        "cannot find systemd on this host",
        "pa compile --for systemd=N writes the units for another one",
    )


def _listing(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []


def host(places: Places, version: int, helpers: str, root: str = "") -> Host:
    """Facts about the host that hold for every agent."""
    installer = Accounts().of(os.getuid())
    return Host(
        systemd=version,
        scope=places.scope,
        places=places,
        account=installer,
        helpers=helpers,
        linger=lingers(installer.name),
        user_namespaces=user_namespaces(),
        python=os.path.exists(f"{root}/usr/bin/python3"),
        logrotate=os.path.exists(f"{root}/usr/sbin/logrotate"),
    )


_USERNS_SWITCHES = (
    ("/proc/sys/user/max_user_namespaces", "0"),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0"),
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
)
"""Each switch that forbids them to ordinary users, with the value that does."""


def user_namespaces() -> bool:
    return not any(_first_line(path) == forbids for path, forbids in _USERNS_SWITCHES)


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.readline().strip()
    except OSError:
        return ""


def gather(agents: Iterable[Agent], facts_of: Host, ours: Iterable[str], root: str = "") -> Facts:
    """Facts about every agent. `ours` are the unit files that the ledger lists."""
    taken = _foreign_units(facts_of, frozenset(ours), root)
    accounts = Accounts(root)
    return Facts(
        facts_of,
        {agent.name: _placement(agent, facts_of, taken, accounts) for agent in agents},
    )


def _foreign_units(facts_of: Host, ours: frozenset[str], root: str) -> Mapping[str, str]:
    own = facts_of.places.units
    system = facts_of.scope is Scope.SYSTEM
    found: dict[str, str] = {}
    for directory in (own, *(_SYSTEM_UNITS if system else _USER_UNITS)):
        for entry in _listing(root + directory):
            path = f"{directory}/{entry}"
            if path not in ours:
                found.setdefault(entry, path)
    return found


def _placement(agent: Agent, host: Host, taken: Mapping[str, str], accounts: Accounts) -> Placement:
    root = accounts.root
    executable = _executable(agent, root)
    return Placement(
        executable=executable,
        resolved=_resolved(executable, root),
        instead="" if executable else _instead(agent, root),
        cwd=_directory(agent.cwd, accounts),
        logs=_logs(agent, host, root),
        files={path: _read_file(path, root) for path in _read_paths(agent)},
        user=None if agent.user is None else accounts.named(agent.user),
        no_group=agent.group is not None and not accounts.has_group(agent.group),
        taken=next((taken[file] for file in units.files(agent) if file in taken), ""),
        links=watched.links(agent.watch.paths, root) if agent.watch else {},
        schedule=schedules.problem(agent.schedule, root) if agent.schedule else "",
        never_due=bool(agent.schedule and schedules.is_never_due(agent.schedule)),
    )


def _executable(agent: Agent, root: str) -> str | None:
    return find_program(agent.cmd.words[0], agent, root)


def find_program(program: str, agent: Agent, root: str = "") -> str | None:
    """The absolute path of a program as systemd would run it; None if it is not there."""
    if "/" in program:
        candidates = [os.path.normpath(os.path.join(agent.cwd or "/", program))]
    else:
        search = agent.env.get("PATH", SEARCH_PATH)
        candidates = [f"{directory}/{program}" for directory in search.split(":") if directory]
    return next((path for path in candidates if _is_program(root + path)), None)


def _is_program(path: str) -> bool:
    try:
        return os.path.isfile(path) and bool(os.stat(path).st_mode & 0o111)
    except OSError:
        return False


def _resolved(executable: str | None, root: str) -> str:
    if executable is None:
        return ""
    return os.path.realpath(root + executable).removeprefix(root)


_INSTEAD = {"python": ("python3",), "pip": ("pip3",), "node": ("nodejs",), "docker": ("podman",)}


def _instead(agent: Agent, root: str) -> str:
    others = _INSTEAD.get(agent.cmd.words[0], ())
    return next((other for other in others if find_program(other, agent, root)), "")


def _directory(path: str | None, accounts: Accounts) -> Directory | None:
    if path is None:
        return None
    root = accounts.root
    try:
        uid = os.stat(root + path).st_uid
    except OSError:
        return Directory(path, None)
    if not os.path.isdir(root + path):
        return Directory(path, None)
    return Directory(path, accounts.of(uid), unsafe_reason(path, {0, uid}, root))


def _logs(agent: Agent, host: Host, root: str) -> dict[str, LogPlace]:
    if agent.logging is None:
        return {}
    wanted = {agent.logging.stdout, agent.logging.stderr} - {None}
    found = {path: _log_place(path, agent, host, root) for path in wanted if path}
    own = f"{host.places.logrotate}/pa-{agent.name}"
    opened = ((path, rotated.claimed_by(path, own, root)) for path in agent.logging.files)
    return found | {path: LogPlace(path, claimed=by) for path, by in opened if by}


def _log_place(path: str, agent: Agent, host: Host, root: str) -> LogPlace:
    unsafe = _unsafe_log(path, {0, host.account.uid}, root)
    directory = host.places.logs if unsafe else os.path.dirname(path)
    own = f"{host.places.logrotate}/pa-{agent.name}"
    claimed = "" if unsafe else rotated.claimed_by(path, own, root)
    return LogPlace(path, unsafe, _uncut(root + directory), claimed)


_uncut = cache(cannot_cut)


def _read_paths(agent: Agent) -> tuple[str, ...]:
    sources = (one.source.partition(":") for one in agent.secrets.values())
    secrets = (path for kind, _, path in sources if kind == "file")
    return (*(entry.path for entry in agent.env_file), *secrets)


def _read_file(path: str, root: str) -> ReadFile:
    """A link is as good as its end, where only root can change either; whose the file itself is
    does not matter."""
    real = os.path.realpath(root + path).removeprefix(root)
    places = dict.fromkeys((os.path.dirname(path), os.path.dirname(real)))
    unsafe = next(filter(None, (unsafe_reason(one, {0}, root) for one in places)), "")
    return ReadFile(not os.path.isfile(root + path), unsafe)


def _unsafe_log(path: str, trusted: set[int], root: str) -> str:
    if os.path.islink(root + path):
        return f"{path} is a symlink"
    return unsafe_reason(os.path.dirname(path), trusted, root, (LOG_DIRECTORY,))
