"""What a probe returns."""

from typing import NamedTuple


class Answer(NamedTuple):
    """How a target answered one question."""

    ok: bool
    words: str
    """`200`, `HTTP 500`, `connection refused`"""
