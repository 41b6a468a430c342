"""`${VAR}` and `${VAR:-default}` in a value: parse only. `$${` is a literal `${`; every other `$`
is literal."""

import re
from functools import lru_cache
from typing import NamedTuple

from pa_units.spec.bad import Bad


class Var(NamedTuple):
    """A reference to a variable; `default` stands in when it is unset or empty."""

    name: str
    default: str | None = None


Template = tuple[str | Var, ...]
"""Literal text and references in turn; no two literals stand side by side, none is empty."""

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)(\}?)")
_INSIDE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


@lru_cache(maxsize=4096)
def parse(text: str) -> Template:
    """Split `text` at its references. Raises `Bad` when one is malformed."""
    if "${" not in text:
        return (text,) if text else ()
    parts: list[str | Var] = []
    literal, end = "", 0
    for found in _REFERENCE.finditer(text):
        literal += text[end : found.start()]
        end = found.end()
        if found[0] == "$${":
            literal += "${"
            continue
        parts += [literal, _variable(found)] if literal else [_variable(found)]
        literal = ""
    literal += text[end:]
    return (*parts, literal) if literal else tuple(parts)


def _variable(found: re.Match[str]) -> Var:
    hint = "write ${NAME} or ${NAME:-default}; $${ is a literal ${"
    if not found[2]:
        raise Bad(f"'{found[0]}' has no closing brace", hint, "bad-template")
    if (inside := _INSIDE.fullmatch(found[1])) is None:
        raise Bad(f"'{found[0]}' is not a variable reference", hint, "bad-template")
    return Var(inside[1], inside[2])


def variables(text: str) -> tuple[Var, ...]:
    """Return the references of `text`, in order."""
    return tuple(part for part in parse(text) if isinstance(part, Var))


@lru_cache(maxsize=4096)
def literal(text: str) -> str | None:
    """Return the text of a value without references; None where it has one."""
    if "${" not in text:
        return text
    parts = parse(text)
    return None if any(isinstance(part, Var) for part in parts) else "".join(map(str, parts))


def escape(literal: str) -> str:
    """Return the text whose only part is `literal`."""
    return literal.replace("${", "$${")
