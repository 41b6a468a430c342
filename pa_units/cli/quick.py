"""The questions that scripts, prompts and people ask again and again, answered before click is
loaded (29 ms of the 45 that a status may take). Anything unusual is left to click: both call the
same verbs and print through the same functions."""

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pa_units.kit.errors import NotInstalled, PaError, UsageError

if TYPE_CHECKING:
    from pa_units.verbs.here import Here

UNKNOWN = 4
"""LSB: status of a service that nobody knows."""


class Question(NamedTuple):
    """A plain command line: a verb, names, and switches that need no parser."""

    scope: str | None
    names: tuple[str, ...]
    as_json: bool
    quiet: bool


_SWITCHES = {"--user", "--system", "--json", "-q", "--quiet"}


def answer(arguments: Sequence[str]) -> int | None:
    """Return the exit code, or None if click should read the command line."""
    if not arguments or arguments[0] not in _ANSWERS:
        return None
    question = _read(arguments[1:])
    if question is None:
        return None
    try:
        return _ANSWERS[arguments[0]](question)
    except UsageError:
        return None
    except PaError as problem:
        return _refuse(problem, question)


def _read(words: Sequence[str]) -> Question | None:
    switches = {word for word in words if word.startswith("-")}
    if not switches <= _SWITCHES or {"--user", "--system"} <= switches:
        return None
    scope = next((name for name in ("user", "system") if f"--{name}" in switches), None)
    return Question(
        scope,
        tuple(word for word in words if not word.startswith("-")),
        "--json" in switches,
        bool(switches & {"-q", "--quiet"}),
    )


def _refuse(problem: PaError, question: Question) -> int:
    from pa_units.cli import out

    if question.as_json:
        out.json_error([{"message": problem.message, "hint": problem.hint}])
    else:
        out.error(problem)
    return UNKNOWN if isinstance(problem, NotInstalled) else problem.exit_code


def _status(question: Question) -> int | None:
    from pa_units.cli.show_status import show

    if question.quiet:
        return None
    return show(_here(question), question.names, as_json=question.as_json)


def _is_active(question: Question) -> int | None:
    from pa_units.cli.show_status import show_words
    from pa_units.contracts.status import UP

    if question.as_json or not question.names:
        return None
    return show_words(_here(question), question.names, UP, quiet=question.quiet)


def _is_failed(question: Question) -> int | None:
    from pa_units.cli.show_status import show_words
    from pa_units.contracts.status import State

    if question.as_json or not question.names:
        return None
    failed = frozenset({State.FAILED})
    return 1 if show_words(_here(question), question.names, failed, quiet=question.quiet) else 0


def _here(question: Question) -> "Here":
    from pa_units.contracts.refs import Scope
    from pa_units.verbs.here import here

    return here(Scope(question.scope) if question.scope else None, os.environ)


_ANSWERS: dict[str, Callable[[Question], int | None]] = {
    "status": _status,
    "is-active": _is_active,
    "is-failed": _is_failed,
}
