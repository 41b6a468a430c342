"""Agents with values that nobody would think of, and a program that waits to be looked at."""

import os
import posixpath
import re
import struct
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from nasty import segments, texts

from pa_units.spec.template import escape

TOP = "/srv/rt"
HOME = "/home/bob/rt"
LOGS = "/var/log/rt"

NAMES = st.from_regex(r"[A-Z_][A-Z0-9_]{0,6}", fullmatch=True).map("RT_".__add__)


class Word(NamedTuple):
    """One argument: how the spec writes it, and what the program must get."""

    spec: str
    value: str


class RoundTrip(NamedTuple):
    """One agent: paths by their last part only, `number` keeps agents apart."""

    words: tuple[Word, ...]
    env: dict[str, str]
    stored: dict[str, str]
    """variables whose value comes from the installer's environment"""
    description: str
    cwd: str
    program: str
    log: str
    env_file: str
    key_file: str
    in_home: bool
    hardening: str
    replicas: int

    @property
    def main(self) -> str:
        """What stands behind the agent's name in the unit that is looked at."""
        return "@1" if self.replicas > 1 else ""


@st.composite
def _round_trips(draw: st.DrawFn) -> RoundTrip:
    env = draw(st.dictionaries(NAMES, texts(), max_size=4))
    literal = texts().map(lambda text: Word(escape(text), text))
    reference = (
        st.sampled_from(sorted(env)).map(lambda name: Word(f"${{{name}}}", env[name]))
        if env
        else literal
    )
    glued = st.tuples(literal, reference, literal).map(_glue)
    words = draw(st.lists(literal | reference | glued, max_size=5))
    found = RoundTrip(
        words=tuple(words),
        env=env,
        stored=draw(st.dictionaries(NAMES.map("S".__add__), texts(), max_size=2)),
        description=draw(texts(printable=True)),
        cwd=draw(segments()),
        program=draw(segments()),
        log=draw(segments().filter(lambda name: not name.endswith(" "))),
        env_file=draw(segments() | st.none()) or "",
        key_file=draw(segments().map(_readable_key) | st.none()) or "",
        in_home=draw(st.booleans()),
        hardening=draw(st.sampled_from(["strict", "strict", "relaxed", "off"])),
        replicas=draw(st.sampled_from([1, 1, 1, 2])),
    )
    if found.in_home:
        found = found._replace(cwd=re.sub("[\"']", "", found.cwd) or "cwd")
    return _speakable(found) if found.replicas > 1 else found


def _speakable(one: RoundTrip) -> RoundTrip:
    """Of several replicas nothing guards the end of a line."""
    return one._replace(
        description=_bare(one.description),
        log=_bare(one.log) or "log",
        env_file=one.env_file and (_bare(one.env_file) or "env"),
    )


def _readable_key(name: str) -> str:
    """What systemd-executor finds again."""
    return re.sub(r"[ \\]", "", name).strip(".") or "key"


def _bare(name: str) -> str:
    return name.strip(" \\")


def _glue(words: tuple[Word, Word, Word]) -> Word:
    """`a${X}b`; a `$` before `${X}` would make that a literal one."""
    before, middle, after = words
    if before.spec.endswith("$"):
        return before
    return Word(before.spec + middle.spec + after.spec, before.value + middle.value + after.value)


def generate(count: int) -> list[RoundTrip]:
    """The same agents at every run, or others by the number in `PA_ROUND_TRIP_SEED`."""
    found: list[RoundTrip] = []
    number = os.environ.get("PA_ROUND_TRIP_SEED")

    @seed(int(number or 0))
    @settings(
        max_examples=count,
        derandomize=not number,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(_round_trips())
    def collect(one: RoundTrip) -> None:
        found.append(one)

    collect()
    return found


class Paths(NamedTuple):
    """Where one agent's things stand."""

    cwd: str
    program: str
    out: str
    err: str
    env_file: str
    key_file: str


def paths(number: int, one: RoundTrip) -> Paths:
    """Full paths of an agent."""
    top = f"{HOME if one.in_home else TOP}/{number}"
    return Paths(
        cwd=posixpath.join(top, one.cwd),
        program=posixpath.join(f"{TOP}/bin/{number}", one.program),
        out=posixpath.join(f"{LOGS}-{number}", one.log),
        err=posixpath.join(f"{LOGS}-{number}", f"{one.log}.error"),
        env_file=posixpath.join(f"{TOP}/env/{number}", one.env_file) if one.env_file else "",
        key_file=posixpath.join(f"{TOP}/key/{number}", one.key_file) if one.key_file else "",
    )


def spec(number: int, one: RoundTrip) -> dict[str, object]:
    """The agent as a document of the spec."""
    where = paths(number, one)
    found: dict[str, object] = {
        "name": f"rt-{number}",
        "cmd": [where.program, *(word.spec for word in one.words)],
        "cwd": where.cwd,
        "user": "bob",
        "restart_policy": "never",
        "hardening": one.hardening,
        "replicas": one.replicas,
        "env": {name: escape(value) for name, value in one.env.items()}
        | {name: f"${{FROM_{number}_{name}}}" for name in one.stored},
        "logging": {"stdout": where.out, "stderr": where.err},
    }
    if one.description:
        found["description"] = one.description
    if where.env_file:
        found["env_file"] = where.env_file
    if where.key_file:
        found["secrets"] = {"KEY": {"from": f"file:{where.key_file}", "as": "file"}}
    return found


def installers_environment(number: int, one: RoundTrip) -> dict[str, str]:
    """What `pa install` must have in its environment."""
    return {f"FROM_{number}_{name}": value for name, value in one.stored.items()}


def idle_program() -> bytes:
    """An ELF program for x86-64 that only waits: whatever its arguments are, the kernel keeps
    them readable in /proc. A script would show its interpreter's."""
    code = bytes.fromhex("b822000000 0f05 ebf7")  # pause(2), for ever
    size = 120 + len(code)
    magic = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", magic, 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 0, 0, 0
    )
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 0x1000)
    return header + segment + code
