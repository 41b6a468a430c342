"""Directives → the text of one unit file, in the order that its template owns."""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from typing import NamedTuple

from pa_units.compile.unit_file import Directive
from pa_units.compile.unit_text import UnitText
from pa_units.kit.render import render, variable


class Header(NamedTuple):
    """What made a file and from where; its first lines."""

    agent: str
    source: str
    digest: str = ""


class _Section(NamedTuple):
    title: UnitText
    lines: tuple[UnitText, ...]


_SHARED = UnitText("# Written by pa, shared by its agents; removed with the last of them.")
_PASSTHROUGH = UnitText("# as the spec has it under systemd:")


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
    lines = _by_section(_ordered(kind, directives))
    raw = _by_section(sorted(extra, key=_section_of))
    sections = [_section(name, lines.get(name, ()), raw.get(name, ())) for name in lines | raw]
    return render(f"systemd/{kind}.j2", UnitText, header=_header(header), sections=sections)


def _ordered(kind: str, directives: Iterable[Directive]) -> list[Directive]:
    ranks = _ranks(kind)
    try:
        # Stable: lines of one key stay in the order in which compile gave them.
        return sorted(directives, key=lambda item: ranks[item.section, item.key])
    except KeyError as missing:
        raise LookupError(f"templates/systemd/{kind}.j2 has no place for {missing}") from None


@cache
def _ranks(kind: str) -> Mapping[tuple[str, str], int]:
    order = variable(f"systemd/{kind}.j2", "order", UnitText)
    places = [(section, place) for section, groups in order for group in groups for place in group]
    # Keys that share a place stay in the order in which compile gave them: it means something.
    return {
        (section, key): rank
        for rank, (section, place) in enumerate(places)
        for key in ([place] if isinstance(place, str) else place)
    }


def _section_of(item: Directive) -> str:
    return item.section


def _by_section(items: Iterable[Directive]) -> dict[str, tuple[Directive, ...]]:
    return {name: tuple(group) for name, group in groupby(items, key=_section_of)}


def _section(name: str, items: Iterable[Directive], raw: tuple[Directive, ...]) -> _Section:
    marked = (_PASSTHROUGH, *map(_line, raw)) if raw else ()
    return _Section(UnitText(f"[{name}]"), (*map(_line, items), *marked))


def _line(item: Directive) -> UnitText:
    if type(item.value) is not UnitText:
        raise TypeError(f"unquoted value for {item.key}=: {item.value!r}")
    return UnitText(f"{item.key}={item.value}")


def _header(header: Header | None) -> UnitText:
    if header is None:
        return _SHARED
    version = f" ({header.digest[:12]})" if header.digest else ""
    return UnitText(
        f"# Written by pa from {header.source}{version}.\n"
        f"# Changes belong there, or into a drop-in: pa edit --override {header.agent}"
    )
