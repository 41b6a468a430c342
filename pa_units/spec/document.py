"""What loading a spec returns: agents, problems, and the way back from a field to its line."""

from collections.abc import Mapping

from pa_units.contracts.bundle import Level, Loc, Note
from pa_units.spec.draft import Draft
from pa_units.spec.model import Agent
from pa_units.spec.problems import Mark, Problem, clean, ordered
from pa_units.spec.text.nodes import Node, ScalarNode, Tree

_AT_KEY = frozenset({"unknown-key", "given-twice", "missing-key", "bad-variable"})


class Document:
    """A loaded spec. `agents` holds those that could be read, in the order of the file; none of
    them is to be used while there are `errors`."""

    def __init__(
        self,
        agents: tuple[Agent, ...],
        problems: tuple[Problem, ...],
        tree: Tree,
        drafts: Mapping[str, Draft],
    ) -> None:
        self.agents = agents
        self.problems = problems
        self.tree = tree
        self.drafts = drafts

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that forbid the use of the document."""
        return tuple(p for p in self.problems if p.severity is Level.ERROR)

    def locate(self, agent: str, loc: Loc) -> Mark:
        """Return the line of a canonical place inside an agent, or of the nearest part of it that
        the user wrote."""
        draft = self.drafts.get(agent)
        return mark(self.tree, draft, loc) if draft else self.tree.mark(0, 0)

    def problem(self, note: Note) -> Problem:
        """Return a note of a later stage as a problem at its line."""
        return Problem(
            note.level, note.code, note.text, note.hint, self.locate(note.agent, note.loc)
        )


def mark(tree: Tree, draft: Draft, loc: Loc, *, at_key: bool = False) -> Mark:
    """Return where the value at `loc` stands; for a block, where its key stands."""
    key, value = draft.entry(loc)
    node: Node = value if isinstance(value, ScalarNode) and not at_key else key
    return tree.mark_of(node)


class Report:
    """Collects the problems of one document."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.problems: list[Problem] = []
        self.errors = 0

    def add(self, level: Level, node: Node | None, code: str, text: str, hint: str = "") -> None:
        """Add a problem at a node, or at the top."""
        place = self.tree.mark_of(node) if node else self.tree.mark(0, 0)
        self.problems.append(Problem(level, code, clean(text), clean(hint), place))
        self.errors += level is Level.ERROR

    def error(self, node: Node | None, code: str, text: str, hint: str = "") -> None:
        """Add an error at a node."""
        self.add(Level.ERROR, node, code, text, hint)

    def note(self, draft: Draft, note: Note) -> None:
        """Add what was found at a canonical place of an agent."""
        place = mark(self.tree, draft, note.loc, at_key=note.code in _AT_KEY)
        text, hint = clean(note.text), clean(note.hint)
        self.problems.append(Problem(note.level, note.code, text, hint, place))
        self.errors += note.level is Level.ERROR

    def finish(self, agents: list[Agent], drafts: Mapping[str, Draft]) -> Document:
        """Return the document."""
        return Document(tuple(agents), ordered(self.problems), self.tree, drafts)
