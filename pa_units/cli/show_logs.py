"""How lines of logs look: for people, as they are, for programs."""

import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from pa_units.cli import out
from pa_units.contracts.ledger import Installed
from pa_units.verbs.log_sources import LogLine

SCHEMA = "pa.log/1"

_COLOURS = ("cyan", "green", "yellow", "magenta", "blue")
_PRIORITIES = {**dict.fromkeys(range(4), "red"), 4: "yellow"}
"""What journalctl(1) highlights, too; the numbers are those of syslog(3)."""

Label = tuple[str, str, str]
"""Agent, unit and stream: whose line it is, as far as it must be said."""


def show(lines: Iterable[LogLine], form: str, agents: Sequence[Installed]) -> None:
    """Print lines as they come in one of `FORMATS`."""
    print_one = FORMATS[form](agents)
    for line in lines:
        print_one(line)


def _cat(_: Sequence[Installed]) -> Callable[[LogLine], None]:
    return lambda line: out.line(line.text)


def _json(_: Sequence[Installed]) -> Callable[[LogLine], None]:
    return lambda line: out.json_line(
        {"schema": SCHEMA, **line._asdict(), "time_us": line.time_us or None}
    )


def _short(agents: Sequence[Installed]) -> Callable[[LogLine], None]:
    """Label, time, text. Several lines of one message stand below each other."""
    labels = _labels(agents)
    coloured = out.coloured(sys.stdout)

    def print_one(line: LogLine) -> None:
        begin = labels.get(_whose(line), "")
        if line.time_us:
            begin += out.paint(clock(line.time_us // 1_000_000), "dim") + " "
        style = "dim" if line.by_manager else ""
        style = _PRIORITIES.get(line.priority, style)
        who = "systemd: " if line.by_manager else ""
        for text in line.text.removesuffix("\r").split("\n"):
            out.line(begin + out.paint(who + out.shown(text, colour=coloured), style))

    return print_one


FORMATS: Mapping[str, Callable[[Sequence[Installed]], Callable[[LogLine], None]]] = {
    "short": _short,
    "cat": _cat,
    "json": _json,
}


@lru_cache(maxsize=2)
def clock(seconds: int) -> str:
    """`Jan 31 12:00:00`, local, as journalctl prints it."""
    return time.strftime("%b %d %H:%M:%S", time.localtime(seconds))


def _whose(line: LogLine) -> Label:
    return (line.agent, line.unit, line.stream)


def _labels(agents: Sequence[Installed]) -> dict[Label, str]:
    """What stands before the lines of each output: nothing if there is only one."""
    names = {
        whose: name
        for agent in agents
        for whose, name in _names(agent, alone=len(agents) == 1).items()
    }
    width = max(map(len, names.values()), default=0)
    styles = {agent.name: _COLOURS[at % len(_COLOURS)] for at, agent in enumerate(agents)}
    return {
        whose: out.paint(f"{name:{width}} | ", styles[whose[0]])
        for whose, name in names.items()
        if width
    }


def _names(agent: Installed, *, alone: bool) -> dict[Label, str]:
    """The outputs of one agent, or replica: its service, its second file."""
    own = "" if alone else agent.name
    found = {(agent.name, unit, "journal"): own for unit in agent.workers}
    found |= {(agent.name, "", stream): own for stream in agent.logs}
    if "stderr" in agent.logs:
        found[agent.name, "", "stderr"] = f"{own} stderr".lstrip()
    return found
