"""`compile`, `validate`, `explain`: what a spec means, without touching the host's services."""

import os
from collections.abc import Sequence
from typing import NamedTuple

from pa_units.compile.explain import Explanation, explanation
from pa_units.contracts.bundle import Artifact, Kind
from pa_units.contracts.facts import Facts
from pa_units.kit.files import write_whole
from pa_units.spec.problems import Problem
from pa_units.verbs import install, specs
from pa_units.verbs.here import Here
from pa_units.verbs.specs import Compiled


class Explained(NamedTuple):
    """What `explain` says of every agent, and what there is to note."""

    agents: tuple[Explanation, ...]
    problems: tuple[Problem, ...]


_ON_THE_HOST = frozenset({Kind.SECRET, Kind.LOG, Kind.DIRECTORY, Kind.STATE, Kind.SPEC})
"""Made at install only: they hold values, or nothing."""


def compile_files(at: Here, paths: Sequence[str], *, strict: bool = False) -> Compiled:
    """Compile spec files for this host."""
    loaded = specs.read(paths)
    specs.refuse_errors(loaded.problems, strict=strict)
    compiled = specs.compiled(loaded, install.facts_of(at, loaded))
    specs.refuse_errors(compiled.problems, strict=strict)
    return compiled


def artifacts(compiled: Compiled) -> tuple[Artifact, ...]:
    """The files that a package would ship, each once."""
    found = {
        artifact.path: artifact
        for agent in compiled.bundle.agents
        for artifact in agent.artifacts
        if artifact.kind not in _ON_THE_HOST
    }
    return tuple(found.values())


def write_tree(kept: Sequence[Artifact], directory: str) -> tuple[str, ...]:
    """Write artifacts below a directory and return their paths."""
    for artifact in kept:
        where = f"{directory.rstrip('/')}{artifact.path}"
        os.makedirs(os.path.dirname(where), exist_ok=True)
        if artifact.kind is Kind.LINK:
            _link(artifact.text, where)
        else:
            write_whole(where, artifact.text.encode(), artifact.mode)
    return tuple(artifact.path for artifact in kept)


def _link(target: str, where: str) -> None:
    if os.path.islink(where):
        os.unlink(where)
    os.symlink(target, where)


def validate(paths: Sequence[str]) -> tuple[Problem, ...]:
    """Every problem of spec files; raises SpecRefused if one is an error."""
    return specs.refuse_errors(specs.read(paths).problems)


def explain(at: Here, paths: Sequence[str]) -> Explained:
    """Say what agents will do on this host; errors of the host are told, not raised."""
    loaded = specs.read(paths)
    specs.refuse_errors(loaded.problems)
    facts: Facts = install.facts_of(at, loaded)
    compiled = specs.compiled(loaded, facts)
    agents = zip(loaded.agents, compiled.bundle.agents, strict=True)
    return Explained(
        tuple(explanation(agent, bundle, facts) for agent, bundle in agents), compiled.problems
    )
