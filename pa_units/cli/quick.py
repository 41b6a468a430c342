"""The questions that scripts, prompts and people ask again and again, answered before click is
loaded (29 ms of the 45 that a status may take). Anything unusual is left to click: both call the
same verbs and print through the same functions."""

import os
from collections.abc import Callable, Sequence

from pa_units.kit.errors import NotInstalled, PaError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pa_units.contracts.scope import Scope
    from pa_units.verbs.here import Here

UNKNOWN = 4
"""LSB: status of a service that nobody knows; `table.py` has it, and takes longer to import."""


class Question:
    """A plain command line: a verb, names, and switches that need no parser."""

    __slots__ = ("names", "switches")

    def __init__(self, names: tuple[str, ...], switches: frozenset[str]) -> None:
        self.names = names
        self.switches = switches

    @property
    def as_json(self) -> bool:
        """Is it a program that asks?"""
        return "--json" in self.switches

    @property
    def quiet(self) -> bool:
        """Is the exit code all that is wanted?"""
        return bool(self.switches & _QUIET)


_QUIET = frozenset({"-q", "--quiet"})
_SCOPES = frozenset({"--user", "--system"})
_SWITCHES = _SCOPES | _QUIET | {"--json"}


def answer(arguments: Sequence[str]) -> int | None:
    """Return the exit code, or None if click should read the command line."""
    if not arguments or arguments[0] not in _ANSWERS:
        return None
    question = _read(arguments[1:])
    if not question.switches <= _SWITCHES or question.switches >= _SCOPES:
        return None
    try:
        return _ANSWERS[arguments[0]](question)
    except UsageError:
        return None
    except PaError as problem:
        return _refuse(problem, question)


def _read(words: Sequence[str]) -> Question:
    switches = frozenset(word for word in words if word.startswith("-"))
    return Question(tuple(word for word in words if word not in switches), switches)


def _refuse(problem: PaError, question: Question) -> int:
    from pa_units.cli import out

    if question.as_json:
        out.json_error([{"message": problem.message, "hint": problem.hint}])
    else:
        out.error(problem)
    return UNKNOWN if isinstance(problem, NotInstalled) else problem.exit_code


def _status(question: Question) -> int | None:
    if question.quiet:
        return None
    from pa_units.cli.show_status import show

    return show(_here(question), question.names, as_json=question.as_json)


def _is_active(question: Question) -> int | None:
    if question.as_json or not question.names:
        return None
    from pa_units.verbs.quick import surely_run

    if surely_run(_scope(question), os.environ, os.getuid(), question.names):
        if not question.quiet:
            from pa_units.cli import out

            out.text("running\n" * len(question.names))
        return 0
    from pa_units.cli.show_status import show_words
    from pa_units.contracts.status import UP

    return show_words(_here(question), question.names, UP, quiet=question.quiet)


def _is_failed(question: Question) -> int | None:
    if question.as_json or not question.names:
        return None
    from pa_units.cli.show_status import show_words
    from pa_units.contracts.status import State

    failed = frozenset({State.FAILED})
    return 1 if show_words(_here(question), question.names, failed, quiet=question.quiet) else 0


def _names(question: Question) -> int:
    from pa_units.cli import out
    from pa_units.verbs.quick import names

    for name in names(_scope(question), os.environ, os.getuid()):
        out.line(name)
    return 0


def _labels(question: Question) -> int:
    from pa_units.cli import out
    from pa_units.verbs.quick import labels

    for label in labels(_scope(question), os.environ, os.getuid()):
        out.line(label)
    return 0


def _scope(question: Question) -> "Scope":
    from pa_units.contracts.scope import Scope, usual

    asked = question.switches & _SCOPES
    return Scope(next(iter(asked)).removeprefix("--")) if asked else usual(os.getuid())


def _here(question: Question) -> "Here":
    from pa_units.verbs.here import here

    return here(_scope(question), os.environ)


_ANSWERS: dict[str, Callable[[Question], int | None]] = {
    "status": _status,
    "is-active": _is_active,
    "is-failed": _is_failed,
    "__names": _names,
    "__labels": _labels,
}
"""The last two are for completion."""
