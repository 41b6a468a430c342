"""Rules across fields: what would load, run, and not do what was meant. One table per subject."""

from collections.abc import Iterator, Sequence

from pa_units.contracts.bundle import Note
from pa_units.spec.lint import command, health, life, neighbours
from pa_units.spec.lint.rule import Rule, Whole
from pa_units.spec.model import Agent

RULES: tuple[Rule, ...] = (*life.RULES, *command.RULES, *health.RULES)
WHOLE: tuple[Whole, ...] = neighbours.RULES


def alone(agent: Agent) -> Iterator[Note]:
    """Yield what is wrong with one agent."""
    for rule in RULES:
        for loc, text, hint in rule.check(agent):
            yield Note(rule.level, agent.name, loc, rule.code, text, hint)


def together(agents: Sequence[Agent]) -> Iterator[Note]:
    """Yield what is wrong between the agents of one document."""
    if len(agents) < 2 and not any(agent.depends_on for agent in agents):
        return
    for rule in WHOLE:
        for name, loc, text, hint in rule.check(agents):
            yield Note(rule.level, name, loc, rule.code, text, hint)
