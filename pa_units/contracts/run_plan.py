"""What the built-in supervisor runs: one document per unit, compiled from the spec.

The supervisor reads neither YAML nor the spec. Times are milliseconds, 0 = not set unless a field
says otherwise; paths are absolute.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pa_units.contracts import codec
from pa_units.contracts.places import Places
from pa_units.kit.errors import PaError

SCHEMA = "pa.run-plan/1"

Piece = str | tuple[str, ...]
"""Literal text, or a variable of the agent: (NAME,) or (NAME, what stands in when it is unset or
empty)"""
Word = str | tuple[Piece, ...]
"""One argument: literal, or pieces to be joined at start"""


class Command(NamedTuple):
    """A program and its arguments, `words[0]` being its own name."""

    program: str
    words: tuple[Word, ...]


class Exits(NamedTuple):
    """A set of ways to end."""

    codes: tuple[int, ...] = ()
    signals: tuple[int, ...] = ()


class Need(NamedTuple):
    """An agent that this one waits for."""

    agent: str
    condition: str = "started"
    """started or completed_successfully"""
    restart: bool = False
    """stopped and restarted by hand together with it"""


class EnvFile(NamedTuple):
    """A file of NAME=value lines, read at each start."""

    path: str
    required: bool = True


class Credential(NamedTuple):
    """A secret that the agent gets as a file below $CREDENTIALS_DIRECTORY."""

    name: str
    path: str
    """where its value stands; read at each start"""


class LogFile(NamedTuple):
    """Where an output stream goes."""

    path: str
    max_size: int = 100 << 20
    max_files: int = 5
    compress: bool = True
    timestamps: bool = False


class RunPlan(NamedTuple):
    """One unit: an agent, or one of its replicas."""

    unit: str
    agent: str
    main: Command
    digest: str = ""
    """of the agent's canonical document"""
    type: str = "exec"
    """exec, forking or oneshot"""
    pid_file: str = ""
    cwd: str = "/"
    state_directory: str = ""
    """made at start, given to whoever runs the agent"""
    user: str = ""
    """"": whoever runs the supervisor"""
    group: str = ""
    """"": the user's"""
    dynamic: bool = False
    """a user number of its own, chosen by the supervisor"""
    umask: int = -1
    """-1: 0022"""
    nice: int = 0
    open_files: int = 0
    tasks: int = 0
    env: Mapping[str, str] = {}
    env_files: tuple[EnvFile, ...] = ()
    credentials: tuple[Credential, ...] = ()
    start_timeout: int = 90_000
    """0: no limit"""
    stop_timeout: int = 30_000
    stop_signal: int = 15
    signal_all: bool = False
    """to every process: the main one is a shell, which passes nothing on"""
    stop_command: Command | None = None
    reload_command: Command | None = None
    reload_signal: int = 0
    pre_start: tuple[Command, ...] = ()
    post_start: tuple[Command, ...] = ()
    pre_stop: tuple[Command, ...] = ()
    post_stop: tuple[Command, ...] = ()
    policy: str = "on-failure"
    max_restarts: int = -1
    """-1: no end"""
    restart_window: int = 0
    """0: over all time"""
    first_delay: int = 1000
    longest_delay: int = 60_000
    multiplier: float = 2.0
    reset_after: int = 300_000
    success: Exits = Exits()
    no_restart: Exits = Exits()
    force_restart: Exits = Exits()
    """ends that are followed by a restart even if they are a success"""
    needs: tuple[Need, ...] = ()
    stdout: LogFile | None = None
    """None: thrown away"""
    stderr: LogFile | None = None
    """None: the same as stdout"""


def directory(places: Places) -> str:
    """Return where the plans stand."""
    return f"{places.state}/plans"


def path_of(places: Places, unit: str) -> str:
    """Return where the plan of `unit` stands."""
    return f"{directory(places)}/{unit}.json"


def boot_directory(places: Places) -> str:
    """Return where a link to a plan says that its unit starts with the supervisor."""
    return f"{directory(places)}/boot"


def encode(plan: RunPlan) -> bytes:
    """Return the file's content: one line, what is at its default left out."""
    usual = RunPlan._field_defaults
    body = {
        field: value
        for field, value in zip(plan._fields, plan, strict=True)
        if field not in usual or value != usual[field]
    }
    return codec.encode(SCHEMA, body)


def decode(data: bytes, where: str) -> RunPlan:
    """Parse what `encode` returned. Raises PaError when it is damaged or of a later version."""
    body = codec.decode(data, SCHEMA, where)
    try:
        found: dict[str, Any] = {
            field: _READERS[field](value) for field, value in body.items() if field in _READERS
        }
        return RunPlan(**found)
    except (TypeError, ValueError) as error:
        raise PaError(f"cannot read {where}: {error}", "the file is damaged") from error


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"a list expected, not {value!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text expected, not {value!r}")
    return value


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"a number expected, not {value!r}")
    return value


def _word(value: object) -> Word:
    return value if isinstance(value, str) else tuple(map(_piece, _items(value)))


def _piece(value: object) -> Piece:
    return value if isinstance(value, str) else tuple(map(_text, _items(value)))


def _command(value: object) -> Command:
    program, words = _items(value)
    return Command(_text(program), tuple(map(_word, _items(words))))


def _commands(value: object) -> tuple[Command, ...]:
    return tuple(map(_command, _items(value)))


def _exits(value: object) -> Exits:
    codes, signals = _items(value)
    return Exits(tuple(map(_number, _items(codes))), tuple(map(_number, _items(signals))))


def _need(value: object) -> Need:
    agent, condition, restart = _items(value)
    return Need(_text(agent), _text(condition), restart is True)


def _env_file(value: object) -> EnvFile:
    path, required = _items(value)
    return EnvFile(_text(path), required is True)


def _credential(value: object) -> Credential:
    name, path = _items(value)
    return Credential(_text(name), _text(path))


def _log_file(value: object) -> LogFile:
    path, max_size, max_files, compress, timestamps = _items(value)
    numbers = _number(max_size), _number(max_files)
    return LogFile(_text(path), *numbers, compress is True, timestamps is True)


_READERS: Mapping[str, Callable[[object], Any]] = {
    "unit": _text,
    "agent": _text,
    "main": _command,
    "digest": _text,
    "type": _text,
    "pid_file": _text,
    "cwd": _text,
    "state_directory": _text,
    "user": _text,
    "group": _text,
    "dynamic": bool,
    "umask": _number,
    "nice": _number,
    "open_files": _number,
    "tasks": _number,
    "env": codec.table,
    "env_files": lambda value: tuple(map(_env_file, _items(value))),
    "credentials": lambda value: tuple(map(_credential, _items(value))),
    "start_timeout": _number,
    "stop_timeout": _number,
    "stop_signal": _number,
    "signal_all": bool,
    "stop_command": _command,
    "reload_command": _command,
    "reload_signal": _number,
    "pre_start": _commands,
    "post_start": _commands,
    "pre_stop": _commands,
    "post_stop": _commands,
    "policy": _text,
    "max_restarts": _number,
    "restart_window": _number,
    "first_delay": _number,
    "longest_delay": _number,
    "multiplier": codec.real,
    "reset_after": _number,
    "success": _exits,
    "no_restart": _exits,
    "force_restart": _exits,
    "needs": lambda value: tuple(map(_need, _items(value))),
    "stdout": _log_file,
    "stderr": _log_file,
}
