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


def fill(
    agent: AgentBundle,
    environment: Mapping[str, str],
    stored: Mapping[str, str],
    contents: Mapping[str, str] = {},
) -> Filled:
    """Fill every secret of `agent`, from the environment before the store; `contents` are those of
    the files that `sources` names."""
    known = {**stored, **environment}
    secret = _secrets(agent)
    variables = {var for artifact in secret for var in _variables(artifact)}
    missing = sorted({v.name for v in variables if v.default is None and v.name not in known})
    files = {} if missing else {a.path: _content(agent.agent, a, known, contents) for a in secret}
    used = {v.name: environment[v.name] for v in variables if v.name in environment}
    kept = {**stored, **used}
    return Filled(files, kept, kept != stored, tuple(missing))


def has_secrets(agent: AgentBundle) -> bool:
    """Is there anything to fill? Of most agents nothing, and no value of theirs is looked for."""
    return bool(_secrets(agent))


NONE = Filled({}, {}, news=False, missing=())
"""Of an agent without secrets; what was stored for it stays."""


def sources(agent: AgentBundle) -> tuple[str, ...]:
    """The files that hold values of `agent`."""
    return tuple(path for artifact in _secrets(agent) for path in (artifact.files or {}).values())


def _secrets(agent: AgentBundle) -> tuple[Artifact, ...]:
    return tuple(artifact for artifact in agent.artifacts if artifact.kind is Kind.SECRET)


def _variables(artifact: Artifact) -> tuple[Var, ...]:
    texts = (artifact.value, *(artifact.env or {}).values())
    return tuple(var for text in texts for var in template.variables(text))


def _content(
    agent: str, artifact: Artifact, known: Mapping[str, str], contents: Mapping[str, str]
) -> bytes:
    if artifact.env is None:
        return _expand(artifact.value, known).encode()
    values = {name: _expand(text, known) for name, text in artifact.env.items()}
    values |= {name: contents[path] for name, path in (artifact.files or {}).items()}
    return envfile.render(values, f"Written by pa. Change values with: pa secret set {agent}")


def _expand(text: str, known: Mapping[str, str]) -> str:
    parts = template.parse(text)
    return "".join(part if isinstance(part, str) else _value(part, known) for part in parts)


def _value(var: Var, known: Mapping[str, str]) -> str:
    value = known.get(var.name, "")
    return var.default if var.default is not None and not value else value
