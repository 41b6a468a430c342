"""Directives → the text of one unit file, in the order that its template owns."""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
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
    lines: list[UnitText]


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
    lines = _ordered(kind, directives)
    for section, key, value in extra:
        found = lines.setdefault(section, [])
        if _PASSTHROUGH not in found:
            found.append(_PASSTHROUGH)
        found.append(_line(key, value))
    sections = [_Section(UnitText(f"[{name}]"), found) for name, found in lines.items() if found]
    return render("systemd/sections.j2", UnitText, header=_header(header), sections=sections)


def _ordered(kind: str, directives: Iterable[Directive]) -> dict[str, list[UnitText]]:
    """The lines of each section. Lines of one place stay in the order in which compile gave them,
    since it means something."""
    ranks = _ranks(kind)
    ranked: dict[str, list[tuple[int, int, UnitText]]] = {section: [] for section in ranks}
    try:
        for number, (section, key, value) in enumerate(directives):
            ranked[section].append((ranks[section][key], number, _line(key, value)))
    except KeyError as missing:
        raise LookupError(f"templates/systemd/{kind}.j2 has no place for {missing}") from None
    return {section: [line for _, _, line in sorted(found)] for section, found in ranked.items()}


@cache
def _ranks(kind: str) -> Mapping[str, Mapping[str, int]]:
    """By section and key: which place a line has. Keys may share one."""
    order = variable(f"systemd/{kind}.j2", "order", UnitText)
    return {
        section: {
            key: rank
            for rank, place in enumerate(place for group in groups for place in group)
            for key in ([place] if isinstance(place, str) else place)
        }
        for section, groups in order
    }


# Two thirds of an agent's lines are those of its neighbours. `typed`: a plain string is not taken
# for a quoted one of the same content.
@lru_cache(maxsize=1024, typed=True)
def _line(key: str, value: UnitText) -> UnitText:
    if type(value) is not UnitText:
        raise TypeError(f"unquoted value for {key}=: {value!r}")
    return UnitText(f"{key}={value}")


def _header(header: Header | None) -> UnitText:
    if header is None:
        return _SHARED
    version = f" ({header.digest[:12]})" if header.digest else ""
    return UnitText(
        f"# Written by pa from {header.source}{version}.\n"
        f"# Changes belong there, or into a drop-in: pa edit --override {header.agent}"
    )
