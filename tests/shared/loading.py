"""Short ways to load a text in a test."""

from pathlib import Path

from pa_units.spec.document import Document
from pa_units.spec.load import load
from pa_units.spec.model import Agent
from pa_units.spec.problems import render

DOCUMENTS = Path(__file__).parents[1] / "spec" / "documents"


def document(text: str | bytes, file: str = "spec.yaml", base: str = "/srv") -> Document:
    return load(text.encode() if isinstance(text, str) else text, file, base=base)


def agents(text: str, base: str = "/srv") -> tuple[Agent, ...]:
    loaded = document(text, base=base)
    assert not loaded.errors, rendered(loaded)
    return loaded.agents


def agent(text: str, base: str = "/srv") -> Agent:
    (found,) = agents(text, base)
    return found


def rendered(loaded: Document) -> str:
    return "\n".join(render(problem) for problem in loaded.problems)


def codes(text: str | bytes, file: str = "spec.yaml") -> list[str]:
    return [problem.code for problem in document(text, file).problems]
