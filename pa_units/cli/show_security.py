"""How the sandboxes of agents look: a table, or one agent's open walls."""

from collections.abc import Sequence

from pa_units.cli import out
from pa_units.cli.columns import Column, table
from pa_units.verbs import security as verb
from pa_units.verbs.here import Here
from pa_units.verbs.security import Rated

SCHEMA = "pa.security/1"
_COLUMNS = (Column("NAME", least=16), Column("EXPOSURE", right=True), Column("RATING"))
_OPEN = (Column("EXPOSURE", right=True), Column("OPEN"), Column("MEANING", least=20))
_MOST = 12


def show(at: Here, names: Sequence[str], labels: Sequence[str], *, as_json: bool) -> int:
    """Print exposures, 0 the best and 10 no wall at all; of one agent what is open, too."""
    found = verb.rate(at, names, labels)
    if as_json:
        out.json([_item(one) for one in found])
        return 0
    table(_COLUMNS, [_row(one) for one in found])
    if len(found) == 1 and found[0].open:
        _show_open(found[0])
    return 0


def _item(one: Rated) -> dict[str, object]:
    return {
        "schema": SCHEMA,
        "name": one.agent.name,
        "exposure": one.score.exposure if one.score else None,
        "rating": one.score.word if one.score else None,
        "open": [wall._asdict() for wall in one.open],
    }


def _row(one: Rated) -> tuple[str, ...]:
    if one.score is None:
        return (one.agent.name, "-", "not known")
    return (one.agent.name, str(one.score.exposure), one.score.word)


def _show_open(one: Rated) -> None:
    out.line()
    rows = [(str(wall.exposure), wall.name, wall.description) for wall in one.open[:_MOST]]
    table(_OPEN, rows)
    if len(one.open) > _MOST:
        out.line(f"and {len(one.open) - _MOST} more: --json shows all")
