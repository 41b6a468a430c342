"""Names that every stage uses: scope, unit, agent."""

from collections.abc import Iterable
from typing import NamedTuple

from pa_units.contracts.scope import Scope as Scope


class UnitRef(NamedTuple):
    """One unit of the init system. Derived once by compile, kept in the ledger."""

    name: str
    scope: Scope


def refs(names: Iterable[str], scope: Scope) -> tuple[UnitRef, ...]:
    """The units of these names."""
    return tuple([UnitRef(name, scope) for name in names]) if names else ()


OWN_PREFIX = "pa-"
"""Units of ours that are not an agent; agents may not be named so."""
