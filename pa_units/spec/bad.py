"""A value that cannot be used, and the parts that all parsers of values share."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

_KEPT = 4096  # distinct words of one file


class Bad(ValueError):
    """A value that cannot be used: what is wrong, a hint, a code to search for, and where below
    the value it is wrong."""

    def __init__(
        self,
        message: str,
        hint: str = "",
        code: str = "bad-value",
        at: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
        self.at = at


def text(value: object, wanted: str) -> str:
    """Return `value` if it is one scalar, else say what was `wanted`."""
    if not isinstance(value, str):
        raise Bad(f"{wanted} expected, not {shape(value)}", code="wrong-shape")
    return value


def shape(value: object) -> str:
    """Name the YAML shape of a value."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else "a single value"


def remembered(parse: Callable[[object], T]) -> Callable[[object], T]:
    """A parser that remembers what it was given: agents of one file repeat a few words."""
    known = lru_cache(maxsize=_KEPT)(parse)

    def parser(value: object) -> T:
        # A list or mapping is not hashable, and must be told apart from a wrong word anyway.
        return known(value) if type(value) is str else parse(value)

    parser.__name__ = parse.__name__
    return parser
