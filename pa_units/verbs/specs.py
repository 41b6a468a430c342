"""Spec files → agents, compiled for a host: what `install`, `compile`, `validate` and `explain`
share."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from pa_units.compile.systemd.target import Source, compile_agents
from pa_units.contracts.bundle import Bundle, Level, Note
from pa_units.contracts.drivers import BUILTIN
from pa_units.contracts.facts import Facts
from pa_units.kit.collector import collector_paused
from pa_units.spec import source
from pa_units.spec.canonical import sealed
from pa_units.spec.document import Document
from pa_units.spec.load import load
from pa_units.spec.model import Agent
from pa_units.spec.problems import Mark, Problem, clean, ordered
from pa_units.verbs import gather
from pa_units.verbs.refusal import SpecRefused

_STDIN = "-"


class Loaded(NamedTuple):
    """Every agent of some spec files, with the document that knows its lines."""

    agents: tuple[Agent, ...]
    documents: dict[str, Document]
    """by agent name"""
    problems: tuple[Problem, ...]
    texts: dict[str, bytes]
    """content of each file, by its absolute path"""
    origins: dict[str, str]
    """by agent: the absolute path of its file; none for standard input"""


class Compiled(NamedTuple):
    """Agents with their bundle, and everything there is to say about them."""

    loaded: Loaded
    bundle: Bundle
    problems: tuple[Problem, ...]


def read(paths: Sequence[str], instead: Mapping[str, bytes] | None = None) -> Loaded:
    """Load spec files, of a directory all in it; `-` is standard input. Problems are returned.

    `instead` has texts that stand for the contents of files, by path. Raises UsageError for a file
    that cannot be read, and where the paths are directories without a spec.
    """
    agents: list[Agent] = []
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    texts: dict[str, bytes] = {}
    origins: dict[str, str] = {}
    for path in gather.spec_files(paths):
        text = instead[path] if instead and path in instead else _text(path)
        document = _load(text, path)
        problems += document.problems
        problems += _twice(document, documents)
        agents += [agent for agent in document.agents if agent.name not in documents]
        documents |= {agent.name: document for agent in document.agents}
        if path != _STDIN:
            texts[os.path.abspath(path)] = text
            origins |= {agent.name: os.path.abspath(path) for agent in document.agents}
    return Loaded(tuple(agents), documents, ordered(problems), texts, origins)


def document(path: str) -> Document:
    """Load one spec file. Problems are returned. Raises UsageError if it cannot be read."""
    return _load(_text(path), path)


def _load(text: bytes, path: str) -> Document:
    if path == _STDIN:
        return load(text, "<stdin>", base=os.getcwd())
    return load(text, path, base=os.path.dirname(os.path.abspath(path)))


def _text(path: str) -> bytes:
    return source.of_stream(sys.stdin.buffer) if path == _STDIN else source.of_file(path)


def _twice(document: Document, before: dict[str, Document]) -> Iterable[Problem]:
    for agent in document.agents:
        if agent.name in before:
            other = before[agent.name].locate(agent.name, ("name",))
            yield Problem(
                Level.ERROR,
                "duplicate-agent",
                f"agent '{agent.name}' is also in {other.file}:{other.line}",
                "names are unique on a host",
                document.locate(agent.name, ("name",)),
            )


def sources(loaded: Loaded) -> list[Source]:
    """What compile takes: agents with their digest and the copy that will be installed."""
    return [Source(agent, *sealed(agent)) for agent in loaded.agents]


def compiled(loaded: Loaded, facts: Facts) -> Compiled:
    """Compile all agents; notes become problems at their lines."""
    with collector_paused():
        bundle = _target(facts.host.driver)(sources(loaded), facts)
    known = {(problem.code, problem.mark) for problem in loaded.problems}
    noted = (_problem(note, loaded) for note in bundle.notes)
    # An agent that a lint refused is compiled all the same, for the rest of its problems.
    fresh = (problem for problem in noted if (problem.code, problem.mark) not in known)
    return Compiled(loaded, bundle, ordered((*loaded.problems, *fresh)))


def _target(driver: str) -> Callable[[Iterable[Source], Facts], Bundle]:
    if driver == BUILTIN:
        from pa_units.compile.run.target import compile_agents as compile_plans

        return compile_plans
    return compile_agents


def _problem(note: Note, loaded: Loaded) -> Problem:
    mark: Mark = loaded.documents[note.agent].locate(note.agent, note.loc)
    text = clean(f"{note.agent}: {note.text}")
    return Problem(note.level, note.code, text, note.hint, mark)


def refuse_errors(problems: Iterable[Problem], *, strict: bool = False) -> tuple[Problem, ...]:
    """Return the problems if none forbids going on; under `strict` every one does."""
    kept = tuple(problems)
    if any(strict or problem.severity is Level.ERROR for problem in kept):
        raise SpecRefused(kept)
    return kept
