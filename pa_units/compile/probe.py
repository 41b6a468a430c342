"""What a health check asks, whoever asks it. *Pure.*"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from pa_units.spec.bad import Bad
from pa_units.spec.command import Command
from pa_units.spec.health import HealthCheck
from pa_units.spec.template import escape
from pa_units.spec.words import url

SHELL = "/bin/sh"


class Probe(NamedTuple):
    """One question. `words` are in the spec's language: `${VAR}` is the agent's variable."""

    kind: Literal["http", "tcp", "run"]
    words: tuple[str, ...]


def probe(check: HealthCheck) -> Probe:
    """The question of a check. `curl -f http://…` is an http question: no process per check."""
    if check.http is not None:
        return Probe("http", (escape(check.http),))
    if check.tcp is not None:
        return Probe("tcp", (escape(check.tcp),))
    assert check.command is not None, "a check without a question does not pass the lints"
    return _asked_by_curl(check.command) or Probe("run", _words(check.command))


def _words(command: Command) -> tuple[str, ...]:
    return (SHELL, "-c", escape(command.words[0])) if command.shell else command.words


_LETTERS = re.compile(r"-[fsS]+")
_LONG = frozenset({"--fail", "--silent", "--show-error"})


@lru_cache(maxsize=512)  # many parts ask, and hundreds of agents are asked in the same words
def _asked_by_curl(command: Command) -> Probe | None:
    """`curl` that asks for one address, fails from 400 on and does nothing else."""
    program, *rest = command.words
    if command.shell or program.rpartition("/")[2] != "curl":
        return None
    words = _without_output(rest)
    options = [word for word in words if word.startswith("-")]
    addresses = [word for word in words if not word.startswith("-")]
    fails = any(word == "--fail" or (word[1] != "-" and "f" in word) for word in options)
    plain = all(word in _LONG or _LETTERS.fullmatch(word) for word in options)
    if not (fails and plain and len(addresses) == 1 and _is_address(addresses[0])):
        return None
    return Probe("http", (addresses[0],))


def _without_output(words: list[str]) -> list[str]:
    """Drop `-o /dev/null`."""
    kept = list(words)
    for option in ("-o", "--output"):
        if option in kept[:-1] and kept[kept.index(option) + 1] == "/dev/null":
            at = kept.index(option)
            del kept[at : at + 2]
    return kept


def _is_address(word: str) -> bool:
    try:
        return "$" not in word and url(word) == word
    except Bad:
        return False
