"""Take secrets out of text that is handed to others. *Pure.*

Two ways, since neither is enough: values that are known to be secret are taken out wherever they
stand, however they are written; and whatever stands where a secret would is taken out unseen.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

HIDDEN = "<redacted>"
_SHORTEST = 4
"""A shorter value cannot be looked for: it is part of half of all words."""
_HARMLESS = frozenset(
    {"true", "false", "none", "null", "info", "debug", "warn", "warning", "error", "production"}
)

_NAMES = (
    r"(?:api[_-]?key|access[_-]?key|private[_-]?key|secret|token|passwo?r?d|passwd|passphrase|pwd"
    r"|credential|auth(?:orization)?|cookie|session[_-]?key|signature|dsn|salt)"
)
NAME = re.compile(rf"(?i){_NAMES}|(?:^|_)(?:key|pass)$")
"""Names of variables, options and keys that hold a secret"""

_WORD = rf"[\w.-]*{_NAMES}[\w-]*|[\w.-]*[_-](?:key|pass)"
_PLACES = (
    # Authorization: Bearer …
    (re.compile(r"(?i)\b((?:bearer|basic|digest)\s+)([A-Za-z0-9+/=._~-]{8,})()"), r"\1{}\3"),
    # "NAME=a value with blanks", as units and lists of variables have it
    (re.compile(rf"(?i)([\"'](?:{_WORD})=)((?:\\.|[^\"'\\])+)([\"'])"), r"\1{}\3"),
    # user:password@ of an address
    (re.compile(r"(?i)(\b[a-z][a-z0-9+.-]*://[^\s/:@\"']*:)([^\s/@\"']+)(@)"), r"\1{}\3"),
    # NAME=value, "name": "value", name: value
    (re.compile(rf"(?i)\b((?:{_WORD})[\"']?\s*[=:]\s*[\"'])((?:\\.|[^\"'\\])+)([\"'])"), r"\1{}\3"),
    (
        re.compile(rf"(?i)\b((?:{_WORD})[\"']?\s*[=:]\s*)((?![\"'\s\[{{<])[^\s,;\"'&]+)()"),
        r"\1{}\3",
    ),
    # --password value, also as two elements of a list
    (re.compile(rf"(?i)(--?(?:{_WORD})[\"']?\s*,?\s+[\"']?)((?!-)[^\s\"',]+)()"), r"\1{}\3"),
)
_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9_-]{16,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"
    r"|\bxox[abposr]-[\w-]{10,}|\bAKIA[0-9A-Z]{12,}|\bAIza[\w-]{30,}|\b\d{6,}:AA[\w-]{30,}",
    re.DOTALL,
)
"""What tokens of well-known services and keys look like"""


class Redactor:
    """Takes out the values that it was given, and what looks like others."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        """`values` are secrets; those too short to be looked for are left to their places."""
        known = {form for value in values for form in _forms(value)}
        ordered = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        if self._known:
            text = self._known.sub(HIDDEN, text)
        text = _SHAPES.sub(HIDDEN, text)
        for pattern, left in _PLACES:
            text = pattern.sub(left.format(HIDDEN), text)
        return text


def _forms(value: str) -> Iterator[str]:
    """How a value may be written: as it is, in JSON, YAML, an address, base64, by its lines."""
    for piece in (value, *value.splitlines()):
        word = piece.strip()
        if len(word) < _SHORTEST or word.lower() in _HARMLESS:
            continue
        yield word
        yield json.dumps(word)[1:-1]
        yield word.replace("'", "''")
        yield word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$").replace("%", "%%")
        yield quote(word, safe="")
        yield quote_plus(word)
        yield base64.b64encode(word.encode()).decode()
        yield base64.b64encode(f"{word}\n".encode()).decode()


def of_words(words: Iterable[str]) -> Iterator[str]:
    """Give the values of a command line that stand behind options which name a secret."""
    before = ""
    for word in words:
        name, sign, value = word.partition("=")
        if sign and NAME.search(name):
            yield value
        elif before and not word.startswith("-"):
            yield word
        before = word if word.startswith("-") and not sign and NAME.search(word) else ""


def of_variables(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Give the values of variables whose names say that they are secret, and passwords of
    addresses in the others."""
    for name, value in pairs:
        if NAME.search(name):
            yield value
        elif found := re.search(r"://[^\s/:@]*:([^\s/@]+)@", value):
            yield found[1]
