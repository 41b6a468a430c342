"""Which walls stand between one hardening and a lower level, and how each is opened alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pa_units.compile.systemd.costs import COSTS
from pa_units.compile.systemd.profiles import LEVELS, Profile

ORDER = ("tight", "strict", "relaxed", "off")

OPEN: Mapping[str, tuple[str, ...]] = {
    "CapabilityBoundingSet": ("~",),
    "DevicePolicy": ("auto",),
    "KeyringMode": ("inherit",),
    "ProcSubset": ("all",),
    "ProtectProc": ("default",),
    "RestrictAddressFamilies": ("",),
    "SystemCallArchitectures": ("",),
    "SystemCallErrorNumber": ("",),
    "SystemCallFilter": ("",),
    "UMask": ("0022",),
}
"""What each directive says where there is no wall, as systemd.exec(5) has it; the others: no"""


class Switch(NamedTuple):
    """One directive, and what it would say instead."""

    directive: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """As a spec writes it: `ProcSubset: all`."""
        words = [_scalar(line) for line in self.lines]
        value = words[0] if len(words) == 1 else f"[{', '.join(words)}]"
        return f"{self.directive}: {value}"


def _scalar(word: str) -> str:
    plain = word and all(sign.isalnum() or sign in "_-./ " for sign in word)
    return word if plain and not word.startswith("-") else f'"{word}"'


def spec_line(level: str, switches: Sequence[Switch]) -> str:
    """The line of the spec that opens these walls and no others."""
    inner = ", ".join((f"level: {level}", *(switch.text for switch in switches)))
    return f"hardening: {{{inner}}}"


def below(level: str) -> tuple[str, ...]:
    """The levels with fewer walls, the nearest first."""
    return ORDER[ORDER.index(level) + 1 :]


def difference(level: str, own: Profile, lower: str) -> tuple[Switch, ...]:
    """What a lower level says otherwise; `own` are the spec's switches on top of its level."""
    now = {**LEVELS[level], **own}
    then = LEVELS[lower]
    wanted = {key: then.get(key, OPEN.get(key, ("no",))) for key in now}
    return tuple(Switch(key, lines) for key, lines in wanted.items() if lines != now[key])


Works = Callable[[tuple[Switch, ...]], bool]


def smallest(suspects: tuple[Switch, ...], works: Works) -> tuple[Switch, ...]:
    """Return the fewest of `suspects`, which work when all are opened, that have to be opened
    (QuickXplain, Junker 2004: about 2k log(n/k) trials for k of n)."""
    return _needed((), suspects, works)


def _needed(
    opened: tuple[Switch, ...], suspects: tuple[Switch, ...], works: Works
) -> tuple[Switch, ...]:
    if len(suspects) == 1:
        return suspects
    half = len(suspects) // 2
    first, second = suspects[:half], suspects[half:]
    if works(opened + first):
        return _needed(opened, first, works)
    if works(opened + second):
        return _needed(opened, second, works)
    left = _needed(opened + second, first, works)
    return left + _needed(opened + left, second, works)


def narrower(directive: str) -> str:
    """How the documentation opens a wall for less than everything, empty if it does not say."""
    return next((cost.instead for cost in COSTS if cost.directive.startswith(f"{directive}=")), "")
