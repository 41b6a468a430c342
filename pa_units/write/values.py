"""*Pure*: fill the templates of secret files with values."""

from collections.abc import Mapping
from typing import NamedTuple

from pa_units.contracts.bundle import AgentBundle, Artifact, Kind
from pa_units.spec import template
from pa_units.spec.template import Var
from pa_units.write import envfile


class Filled(NamedTuple):
    """The secret files of one agent."""

    files: Mapping[str, bytes]
    """content by path; none when a value is missing"""
    stored: Mapping[str, str]
    """the agent's values afterwards: what an install was once given serves the next one"""
    news: bool
    """are they other than those that were stored?"""
    missing: tuple[str, ...]
    """variables that have no value and no default, sorted"""


def fill(agent: AgentBundle, environment: Mapping[str, str], stored: Mapping[str, str]) -> Filled:
    """Fill every secret of `agent`, from the environment before the store."""
    known = {**stored, **environment}
    secret = [artifact for artifact in agent.artifacts if artifact.kind is Kind.SECRET]
    variables = {var for artifact in secret for var in _variables(artifact)}
    missing = sorted({v.name for v in variables if v.default is None and v.name not in known})
    files = {} if missing else {a.path: _content(agent.agent, a, known) for a in secret}
    used = {v.name: environment[v.name] for v in variables if v.name in environment}
    kept = {**stored, **used}
    return Filled(files, kept, kept != stored, tuple(missing))


def _variables(artifact: Artifact) -> tuple[Var, ...]:
    return tuple(var for text in (artifact.env or {}).values() for var in template.variables(text))


def _content(agent: str, artifact: Artifact, known: Mapping[str, str]) -> bytes:
    if artifact.env is None:
        return artifact.text.encode()
    values = {name: _expand(text, known) for name, text in artifact.env.items()}
    return envfile.render(values, f"Written by pa. Change values with: pa secret set {agent}")


def _expand(text: str, known: Mapping[str, str]) -> str:
    parts = template.parse(text)
    return "".join(part if isinstance(part, str) else _value(part, known) for part in parts)


def _value(var: Var, known: Mapping[str, str]) -> str:
    value = known.get(var.name, "")
    return var.default if var.default is not None and not value else value
