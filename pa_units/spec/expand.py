"""*Pure*: `${VAR}` in the values of `env`. The environment comes in as a mapping; nothing is read
from the machine here."""

from collections.abc import Mapping

from pa_units.contracts.bundle import Loc
from pa_units.spec.model import Agent
from pa_units.spec.template import Var, parse, variables


class Unset(KeyError):
    """A variable without a value and without a default."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def needed(agent: Agent) -> dict[str, Loc]:
    """Return the variables that must have a value, each with the first place that asks for it."""
    return {name: loc for name, (loc, required) in _used(agent).items() if required}


def used(agent: Agent) -> dict[str, Loc]:
    """Return all variables that a value may come from, also those with a default."""
    return {name: loc for name, (loc, _) in _used(agent).items()}


def _used(agent: Agent) -> dict[str, tuple[Loc, bool]]:
    found: dict[str, tuple[Loc, bool]] = {}

    def add(name: str, loc: Loc, *, required: bool) -> None:
        first, before = found.get(name, (loc, False))
        found[name] = first, before or required

    for name, value in agent.env.items():
        for var in variables(value):
            add(var.name, ("env", name), required=var.default is None)
    for name, secret in agent.secrets.items():
        if secret.source.startswith("env:"):
            add(secret.source.removeprefix("env:"), ("secrets", name), required=True)
    return found


def expand(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with its variables replaced. Raises `Unset`."""
    return "".join(_value(part, values) for part in parse(text))


def _value(part: str | Var, values: Mapping[str, str]) -> str:
    if isinstance(part, str):
        return part
    if found := values.get(part.name, ""):
        return found
    if part.default is not None:
        return part.default
    if part.name in values:
        return ""
    raise Unset(part.name)
