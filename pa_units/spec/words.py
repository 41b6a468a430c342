"""Names and addresses: what they may look like, in the words of the system that reads them."""

import re
from collections.abc import Callable

from pa_units.spec.bad import Bad, text
from pa_units.spec.names import UNIT_SUFFIXES

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,47}"
VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
# What systemd takes as a user name (systemd.io/USER_NAMES), in its looser mode.
ACCOUNT = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,30}\$?"

METRIC = r"[A-Za-z_:][A-Za-z0-9_:]*"

_UNIT = rf"[A-Za-z0-9:_.@\\-]{{1,240}}({'|'.join(map(re.escape, UNIT_SUFFIXES))})"
_URL = re.compile(r"https?://[^\s/?#@]+(?:[/?][^\s]*)?")
_ENDPOINT = re.compile(r"(?:(?P<host>[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])?:)?(?P<port>\d{1,5})")


def line(value: object) -> str:
    """Return one printable line of text."""
    word = text(value, "a text")
    if not word.isprintable():
        raise Bad("the text holds a control character or a line break", code="control-character")
    return word


def _matching(
    pattern: str, what: str, hint: str = "", code: str = "bad-name"
) -> Callable[[object], str]:
    matches = re.compile(pattern).fullmatch

    def parse(value: object) -> str:
        word = text(value, what)
        if not matches(word):
            shown = word if word.isprintable() else ascii(word)[1:-1]
            raise Bad(f"'{shown}' is not {what}", hint, code)
        return word

    return parse


_name = _matching(
    NAME, "an agent name", "1 to 48 of A-Z a-z 0-9 _ . - and the first a letter or a digit"
)
variable = _matching(
    VARIABLE,
    "the name of a variable",
    "letters, digits and _, not a digit first: systemd drops all others",
    "bad-variable",
)
metric = _matching(METRIC, "the name of a metric", "letters, digits, _ and :")
account = _matching(ACCOUNT, "a user or group name", "a group has a line of its own: 'group:'")
zone = _matching(r"[A-Za-z][A-Za-z0-9_+/-]{0,63}", "a time zone", "such as Europe/Berlin or UTC")
# What systemd takes in Documentation= (systemd.unit(5)).
uri = _matching(
    r"(?:https?://|file:/|info:|man:)[!-~]+", "an address", "http:// https:// file:/ info: or man:"
)
unit = _matching(_UNIT, "the name of a systemd unit", "with its suffix, such as postgresql.service")


def agent_name(value: object) -> str:
    """Return the name of an agent; names of our own units are refused."""
    if (word := _name(value)).startswith("pa-"):
        raise Bad(
            f"'{word}': names that begin with 'pa-' are those of our own units", "", "bad-name"
        )
    return word


def url(value: object) -> str:
    """Return an absolute http(s) URL without credentials."""
    word = line(value)
    if not _URL.fullmatch(word):
        raise Bad(
            f"'{word}' is not an http:// or https:// address",
            "such as http://localhost:8080/health",
            "bad-address",
        )
    return word


def endpoint(value: object) -> str:
    """Return `host:port`; a port alone is one of this machine."""
    word = text(value, "an address such as localhost:5432")
    found = _ENDPOINT.fullmatch(word.removeprefix("tcp://"))
    if not found or not 0 < int(found["port"]) < 65536:
        raise Bad(f"'{word}' is not host:port", "such as localhost:5432", "bad-address")
    return f"{found['host'] or 'localhost'}:{int(found['port'])}"


def strings(value: object) -> dict[str, str]:
    """Return a mapping of printable keys to texts, or one written as a list of `key=value`."""
    if type(value) is list:
        value = dict(line(item).partition("=")[::2] for item in value)
    if type(value) is not dict:
        raise Bad("a mapping of names to values expected", code="wrong-shape")
    return {line(key): line(item) for key, item in value.items()}


def mapping(value: object) -> dict[str, object]:
    """Return a mapping as it is."""
    if type(value) is not dict:
        raise Bad("a mapping of names to values expected", code="wrong-shape")
    return value
