"""How it ended, in words, where nothing else explains it."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, likely, possible
from pa_units.observe.exits import ended

_OF_SYSTEMD = range(200, 246)
_CUSTOM = {
    1: "an error of its own",
    2: "wrong use: arguments that it does not take",
    64: "wrong usage (EX_USAGE, sysexits.h)",
    65: "bad input (EX_DATAERR, sysexits.h)",
    66: "an input file is missing (EX_NOINPUT, sysexits.h)",
    69: "a service is not available (EX_UNAVAILABLE, sysexits.h)",
    70: "an internal error (EX_SOFTWARE, sysexits.h)",
    74: "an input or output error (EX_IOERR, sysexits.h)",
    75: "a failure that may pass (EX_TEMPFAIL, sysexits.h)",
    77: "no permission (EX_NOPERM, sysexits.h)",
    78: "a wrong configuration (EX_CONFIG, sysexits.h)",
    126: "a program that cannot be executed, says its shell",
    127: "a program that is not there, says its shell",
}
_SIGNALS = 128
"""A shell adds it to the number of the signal that ended its child."""
_LAST = 3


def find(seen: Evidence) -> Iterator[Finding]:
    """systemd's own codes say what it could not do; those of programs, less."""
    how, status = seen.ended
    if not how or (how == "exited" and not status):
        return
    own = how == "exited" and status in _OF_SYSTEMD
    make = likely if own else possible
    yield make(
        f"it ends with {ended(how, status)}{_words(how, status)}",
        *seen.said[-_LAST:],
        "" if seen.said else "it printed nothing",
        next=f"pa logs {seen.agent.name} -n 50; pa test {seen.agent.name} runs it once, watched",
    )


def _words(how: str, status: int) -> str:
    if how != "exited" or status in _OF_SYSTEMD:
        return ""
    if status in _CUSTOM:
        return f": {_CUSTOM[status]}"
    if status > _SIGNALS:
        return f": a child of it was {ended('killed', status - _SIGNALS)}"
    return ""
