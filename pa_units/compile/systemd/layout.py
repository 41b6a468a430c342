"""Directives → the text of one unit file, in the order that its template owns."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from pa_units.compile.unit_file import Directive
from pa_units.compile.unit_text import UnitText
from pa_units.kit.render import variable


class Header(NamedTuple):
    """What made a file and from where; its first lines."""

    agent: str
    source: str
    digest: str = ""


_SHARED = "# Written by pa, shared by its agents; removed with the last of them."
_PASSTHROUGH = "# as the spec has it under systemd:"


def unit_text(
    kind: str,
    directives: Iterable[Directive],
    *,
    header: Header | None = None,
    extra: Iterable[Directive] = (),
) -> str:
    """Lay out a unit of `kind` ("service", "timer"…); `extra` are the spec's own raw lines.

    Without a header the unit is one of ours that several agents share. Raises LookupError for a
    directive that the template has no place for.
    """
    lines = _placed(kind, tuple(directives))
    for section, group in groupby(sorted(extra, key=itemgetter(0)), key=itemgetter(0)):
        _, keys, values = zip(*group, strict=True)
        lines.setdefault(section, []).extend((_PASSTHROUGH, *_lines(keys, values)))
    text = [_header(header)]
    for section, found in lines.items():
        text += ("", f"[{section}]", *found)
    return "\n".join((*text, ""))


def _placed(kind: str, directives: tuple[Directive, ...]) -> dict[str, list[str]]:
    """The lines of each section in order. An agent has sixty lines and hundreds of agents have the
    same keys, so where each goes is worked out once for all of them."""
    if not directives:
        return {}
    sections, keys, values = zip(*directives, strict=True)
    lines = _lines(keys, values)
    places = _places(kind, sections, keys)
    return {section: [lines[at] for at in order] for section, order in places}


def _lines(keys: tuple[str, ...], values: tuple[UnitText, ...]) -> tuple[str, ...]:
    if {*map(type, values)} != {UnitText}:
        raise TypeError(f"an unquoted value among those of {', '.join(keys)}: {values!r}")
    return tuple(map("=".join, zip(keys, values, strict=True)))


@lru_cache(maxsize=256)
def _places(
    kind: str, sections: tuple[str, ...], keys: tuple[str, ...]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """By section of the template, which of the lines stand there, in order. Those of one place stay
    in the order in which compile gave them, since it means something."""
    ranks = _ranks(kind)
    try:
        order = sorted(range(len(keys)), key=lambda at: ranks[sections[at], keys[at]])
    except KeyError as missing:
        raise LookupError(f"templates/systemd/{kind}.j2 has no place for {missing}") from None
    return tuple(
        (section, tuple(group)) for section, group in groupby(order, key=sections.__getitem__)
    )


@cache
def _ranks(kind: str) -> Mapping[tuple[str, str], int]:
    """By section and key: which place a line has. Keys may share one."""
    order = variable(f"systemd/{kind}.j2", "order", UnitText)
    places = [(section, place) for section, groups in order for group in groups for place in group]
    return {
        (section, key): rank
        for rank, (section, place) in enumerate(places)
        for key in ([place] if isinstance(place, str) else place)
    }


def _header(header: Header | None) -> str:
    if header is None:
        return _SHARED
    version = f" ({header.digest[:12]})" if header.digest else ""
    return (
        f"# Written by pa from {header.source}{version}.\n"
        f"# Changes belong there, or into a drop-in: pa edit --override {header.agent}"
    )
