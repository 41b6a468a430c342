"""The one entry point: the bytes of a spec to agents and problems."""

from collections.abc import Iterable

from pydantic import ValidationError

from pa_units.contracts.bundle import Level, Note
from pa_units.kit.collector import collector_paused
from pa_units.spec import daemon, lint, verdict
from pa_units.spec.aliases import COMPOSE
from pa_units.spec.bad import Bad
from pa_units.spec.document import Document, Report
from pa_units.spec.draft import Draft
from pa_units.spec.entries import entries
from pa_units.spec.keys import AGENT_KEYS
from pa_units.spec.model import Agent
from pa_units.spec.problems import Problem, clean
from pa_units.spec.programs import anchored
from pa_units.spec.text.nodes import Tree, Unreadable
from pa_units.spec.text.read import MAX_BYTES, read

MAX_PROBLEMS = 200
"""then the rest of the agents is not looked at: nobody reads more, and each costs time"""

_TOP = 4096


def load(data: bytes, file: str, *, base: str) -> Document:
    """Return what the spec `data` says. `file` is its name in messages, `base` the directory that
    relative paths are seen from. Never raises: what is wrong stands in `problems`."""
    with collector_paused():
        try:
            tree = read(data, file)
        except Unreadable as error:
            return _unreadable(error, data, file)
        return _document(Report(tree), base)


def _document(report: Report, base: str) -> Document:
    agents: list[Agent] = []
    drafts: dict[str, Draft] = {}
    for draft in entries(report):
        if report.errors > MAX_PROBLEMS:
            break
        if (agent := _agent(draft, report, base)) is not None:
            agents.append(agent)
            _keep(agent, draft, drafts, report)
    for note in lint.together(agents):
        report.note(drafts[note.agent], note)
    return report.finish(agents, drafts)


def _unreadable(error: Unreadable, data: bytes, file: str) -> Document:
    # What is wrong with a file as a whole is told at its top: nobody waits for all its lines.
    shown = data[:MAX_BYTES] if any(error.at) else data[:_TOP]
    tree = Tree(file, shown.decode(errors="replace").removeprefix("\ufeff"), None)
    place = tree.mark(*error.at)
    problem = Problem(Level.ERROR, error.code, clean(error.message), error.hint, place)
    return Document((), (problem,), tree, {})


def _agent(draft: Draft, report: Report, base: str) -> Agent | None:
    """Return the agent of a draft, None when it cannot be read."""
    if daemon.is_daemon(draft.raw):
        daemon.translate(draft, base)
    draft.respell(COMPOSE)
    draft.take_free(AGENT_KEYS)
    agent, notes = _checked(draft, base)
    for note in (*draft.notes, *notes):
        report.note(draft, note)
    return agent


def _checked(draft: Draft, base: str) -> tuple[Agent | None, Iterable[Note]]:
    try:
        agent = anchored(Agent.model_validate(draft.raw, context={"base": base}), base)
    except ValidationError as error:
        return None, verdict.notes(error, draft.words)
    except Bad as bad:
        return None, [Note(Level.ERROR, "", ("cmd",), bad.code, bad.message, bad.hint)]
    return agent, lint.alone(agent)


def _keep(agent: Agent, draft: Draft, drafts: dict[str, Draft], report: Report) -> None:
    if agent.name in drafts:
        note = Note(Level.ERROR, "", ("name",), "duplicate-name", f"'{agent.name}' is given twice")
        report.note(draft, note)
    drafts.setdefault(agent.name, draft)
