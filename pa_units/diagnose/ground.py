"""What stands on the disk of one agent: program, directories, logs, room."""

import os
from collections.abc import Iterable, Iterator, Mapping

from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope
from pa_units.diagnose import signs
from pa_units.diagnose.evidence import Evidence, Log, Seen
from pa_units.logfiles.copies import Log as LogFile
from pa_units.logfiles.copies import copies
from pa_units.measure.listeners import Listener, on
from pa_units.measure.room import Room, room
from pa_units.observe import program, reach
from pa_units.observe.accounts import Accounts
from pa_units.observe.program import Program
from pa_units.observe.reach import READ, RUN, Who

_MOST_PATHS = 12
_MOST_PORTS = 4
_USUAL_SIZE = 100 << 20
"""`max_size` of a spec that cannot be read any more"""
_MADE = "/var/lib/"
"""systemd makes state directories at the start; those of dynamic users nobody else may enter."""


def who_runs(seen: Evidence) -> Who | None:
    """The account that its processes have."""
    user = seen.setting("User") or seen.agent.user
    return reach.account(user, own=seen.agent.scope is Scope.USER)


def missing_group(seen: Evidence) -> str:
    """The group that its unit names and that is not there."""
    group = seen.setting("Group")
    return group if group and not group.isdecimal() and not Accounts().has_group(group) else ""


def executable(seen: Evidence) -> Program | None:
    """The program of `ExecStart=`, None where nobody knows it."""
    if not (path := _path(seen)):
        return None
    who = None if path.startswith(_MADE) and not seen.agent.user else seen.who
    return program.look(path, who)


def _path(seen: Evidence) -> str:
    """As systemd has it, else as its unit says; under our own supervisor, as its spec does."""
    found = seen.properties.get("ExecStart")
    if isinstance(found, list) and found:
        return str(found[0][0])
    if written := seen.setting("ExecStart"):
        return written.lstrip("-@:+!|").partition(" ")[0].strip('"')
    if seen.spec is None or seen.spec.cmd.shell:
        return ""
    word = seen.spec.cmd.words[0]
    return os.path.normpath(os.path.join(seen.spec.cwd or "/", word)) if "/" in word else word


def home(seen: Evidence) -> Program | None:
    """Its working directory, None where systemd makes it itself."""
    cwd = (seen.spec.cwd if seen.spec else "") or ""
    known = seen.properties.get("WorkingDirectory") or seen.setting("WorkingDirectory") or cwd
    path = str(known).lstrip("!-")
    if not path.startswith("/") or path.startswith(_MADE):
        return None
    if not os.path.exists(path):
        return Program(path)
    kind = "directory" if os.path.isdir(path) else "file"
    barred = reach.barred(path, seen.who, RUN) if seen.who else ""
    return Program(path, True, kind, barred=barred)


def logs(seen: Evidence) -> tuple[Log, ...]:
    """Its log files, those of a directory that is gone with a size of -1."""
    logging = seen.spec.logging if seen.spec else None
    most = logging.max_size if logging else _USUAL_SIZE
    return tuple(_log(path, most, seen.agent) for path in seen.agent.logs.values())


def _log(path: str, most: int, agent: Installed) -> Log:
    try:
        return Log(
            path, os.stat(path).st_size, most, len(copies(LogFile(path, agent.logs.values())))
        )
    except FileNotFoundError:
        return Log(path, 0 if os.path.isdir(os.path.dirname(path)) else -1, most)
    except OSError:
        return Log(path, 0, most)


def rooms(seen: Evidence) -> tuple[Room, ...]:
    """The file systems that it writes to, each once."""
    directory = seen.home.path if seen.home else f"/var/lib/{seen.agent.name}"
    wanted = [directory, *(os.path.dirname(log.path) for log in seen.logs), "/var/lib", "/tmp"]  # noqa: S108 (looked at, not used)
    found: dict[int, Room] = {}
    for path in wanted:
        try:
            device = os.stat(path).st_dev
        except OSError:
            continue
        if device not in found and (here := room(path)):
            found[device] = here
    return tuple(found.values())


def paths(seen: Evidence) -> Mapping[str, Seen]:
    """What it complained about, and the environment files of its unit, as they stand here."""
    named = dict.fromkeys((*_files(seen), *_complained(seen.said)))
    return {path: _seen(path, seen.who) for path in list(named)[:_MOST_PATHS]}


def _files(seen: Evidence) -> Iterator[str]:
    return (
        one.value
        for one in seen.settings
        if one.key == "EnvironmentFile" and one.value.startswith("/") and "%" not in one.value
    )


def _complained(said: Iterable[str]) -> Iterator[str]:
    for line in said:
        if any(pattern.search(line) for pattern in signs.COMPLAINTS):
            yield from signs.paths(line)


def _seen(path: str, who: Who | None) -> Seen:
    barred = reach.barred(path, who, READ) if who else ""
    return Seen(path, os.path.lexists(path), reach.described(barred or path), barred)


def listeners(seen: Evidence) -> tuple[Listener, ...]:
    """Who has the ports that it says are taken; without a number in its words, those that its
    command and spec name."""
    if not seen.lines(signs.TAKEN) and not seen.agent.starts:
        return ()
    ports = [port for line in seen.lines(signs.TAKEN, 8) for port in signs.ports(line)]
    ports += _wanted(seen)
    numbers = list(dict.fromkeys(ports))[:_MOST_PORTS]
    return tuple(one for number in numbers for one in on(number))


def _wanted(seen: Evidence) -> list[int]:
    """Numbers of its command line, environment and sockets that may be ports."""
    if seen.spec is None:
        return []
    words = [*seen.spec.cmd.words, *seen.spec.env.values(), *map(str, _listens(seen))]
    return [port for word in words for port in _of_word(word)]


def _listens(seen: Evidence) -> Iterator[object]:
    return (socket.listen for socket in seen.spec.sockets) if seen.spec else iter(())


_LEAST = 80
"""Smaller numbers in a command line are counts rather than ports."""


def _of_word(word: str) -> list[int]:
    if word.isdecimal():
        return [int(word)] if _LEAST <= int(word) < 65536 else []
    return [port for port in signs.ports(f" {word}") if port >= _LEAST]
