"""`${VAR}` without a value: told at the lines that use it, all of them at once."""

import os

from pa_units.contracts.bundle import Level
from pa_units.spec.expand import needed
from pa_units.spec.problems import Mark, Problem
from pa_units.verbs.refusal import SpecRefused
from pa_units.verbs.specs import Compiled
from pa_units.write.changes import Changes


def refuse(compiled: Compiled, changes: Changes) -> None:
    """Raise SpecRefused if an agent lacks a value."""
    problems = [
        Problem(
            Level.ERROR,
            "variable-unset",
            f"{name}: ${{{variable}}} has no value",
            _advice(name, variable),
            _where(compiled, name, variable),
        )
        for name, change in changes.agents.items()
        for variable in change.missing
    ]
    if problems:
        raise SpecRefused((*problems, *compiled.problems))


def _where(compiled: Compiled, name: str, variable: str) -> Mark:
    agent = next(agent for agent in compiled.loaded.agents if agent.name == name)
    return compiled.loaded.documents[name].locate(name, needed(agent)[variable])


def _advice(agent: str, variable: str) -> str:
    sudo = "; sudo drops the environment: sudo --preserve-env=" + variable
    return (
        f"set {variable} in the environment of this command, or once: "
        f"pa secret set {agent} {variable}" + (sudo if "SUDO_USER" in os.environ else "")
    )
