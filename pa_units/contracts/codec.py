"""Versioned JSON: strict writing, tolerant reading.

Every document begins with `"schema": "pa.NAME/MAJOR"`. Within one major version fields are only
added: a reader ignores those it does not know and has a default for those that are missing.
"""

import json
from collections.abc import Mapping

from pa_units.kit.errors import PaError

_compact = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def encode(schema: str, body: Mapping[str, object]) -> bytes:
    """Return one line of JSON with `schema` as its first key."""
    return _compact({"schema": schema, **body}).encode() + b"\n"


def decode(data: bytes, schema: str, where: str) -> dict[str, object]:
    """Return the document in `data`, which was read from the file `where`.

    Raises PaError for text that is no such document, or one of a later major version.
    """
    try:
        body = json.loads(data)
    except ValueError as error:
        raise PaError(f"cannot read {where}: {error}", "the file is damaged") from error
    found = body.get("schema") if isinstance(body, dict) else None
    if found == schema:
        return dict(body)
    if isinstance(found, str) and found.startswith(schema.rpartition("/")[0] + "/"):
        raise PaError(f"cannot read {where}: it is {found}, this pa knows {schema}", "update pa")
    raise PaError(f"cannot read {where}: it is not a {schema} document")


def mapping(value: object) -> dict[str, object]:
    """Return `value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """Return `value` if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object, default: str = "") -> str:
    """Return `value` if it is a string."""
    return value if isinstance(value, str) else default


def number(value: object, default: int = 0) -> int:
    """Return `value` if it is a whole number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def optional_number(value: object) -> int | None:
    """Return `value` if it is a whole number, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def real(value: object, default: float = 0.0) -> float:
    """Return `value` if it is a number."""
    return float(value) if isinstance(value, int | float) and value is not True else default


# These three are called ten times for each row of the ledger, mostly for nothing or one thing.
def texts(value: object) -> tuple[str, ...]:
    """Return the strings of an array."""
    return tuple([item for item in items(value) if isinstance(item, str)]) if value else ()


def numbers(value: object) -> tuple[int, ...]:
    """Return the whole numbers of an array."""
    return tuple([item for item in items(value) if isinstance(item, int)]) if value else ()


def table(value: object) -> dict[str, str]:
    """Return the members of an object that are strings."""
    if not value:
        return {}
    return {key: item for key, item in mapping(value).items() if isinstance(item, str)}
