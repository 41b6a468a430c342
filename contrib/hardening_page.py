"""docs/hardening.md, from the levels and their costs."""

from collections.abc import Callable, Iterable

from pa_units.compile.systemd.costs import COSTS
from pa_units.compile.systemd.profiles import IMPOSSIBLE_FOR_USERS, LEVELS

HEAD = """\
# Hardening

Every agent runs in a sandbox, `hardening: strict` unless the spec says otherwise: a level
(`tight`, `strict`, `relaxed`, `off`), or a map of a level and single directives of
systemd.exec(5), each of which takes the place of all lines that the level has of it:

```yaml
hardening: {level: tight, MemoryDenyWriteExecute: no, ReadWritePaths: /data}
```

`cwd` (or the agent's state directory) can be written, the tree of its program read, also where the
level hides or closes what is around them. `systemd-analyze security` calls `strict` 1.2 (252 and
257; without any of it 9.2) and `relaxed` 4.7.

## What a level takes from programs, and how to get it back

A Python web service (threads, processes, SQLite, ctypes), a Node service (JIT, workers, WASM) and
a shell worker (git, curl, tar) do all their work under `strict`, as a user of their own, in /srv
and in a home, on 252 and 257, in both scopes: `tests/machines/test_hardening.py`. What `tight`
breaks of it is the table's first part.
"""

LINES = """\
## The lines of each level

`tight` has all of `strict`, and what stands in its own column.
"""

USERS = """\
## In the user scope

A user manager has no privileges to build walls with. `PrivateUsers=yes`, which is added to every
level but `off`, gives it a user namespace, and within that all of them hold on 252 and 257 (a
probe inside the agent says so) except these, which are left out, since nothing would happen or the
unit would fail: {impossible}.
Without `PrivateUsers=` 252 silently builds no wall around files at all. Where a host forbids user
namespaces to ordinary users, the install says that the agent cannot start.

Homes are hidden behind an empty one that shows `cwd` alone; /run/user with the bus of the session
is hidden too. The socket for READY=1 is shown to agents that need it.
"""


def page(table: Callable[[Iterable[str], Iterable[Iterable[str]]], str]) -> str:
    """The whole page; `table` lays rows out."""
    costs = table(
        ("From level", "Directive", "Takes", "Back by `hardening:`"),
        ((cost.level, f"`{cost.directive}`", cost.breaks, cost.instead) for cost in COSTS),
    )
    impossible = ", ".join(f"`{key}=`" for key in sorted(IMPOSSIBLE_FOR_USERS))
    return "\n".join(
        [HEAD, costs, LINES, table(_HEADS, _lines()), USERS.format(impossible=impossible)]
    )


_HEADS = ("Directive", "relaxed", "strict", "tight")


def _lines() -> Iterable[tuple[str, ...]]:
    columns = [LEVELS[level] for level in _HEADS[1:]]
    keys = dict.fromkeys(key for level in columns for key in level)
    for key in keys:
        values = [" ".join(level.get(key, ())) if key in level else None for level in columns]
        cells = ["" if value is None else f"`{value}`" if value else "none" for value in values]
        yield f"`{key}=`", cells[0], cells[1], "" if cells[1] == cells[2] else cells[2]
