"""What pydantic found wrong, in the words of the spec."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from pa_units.contracts.bundle import Level, Loc, Note
from pa_units.spec.bad import Bad, shape
from pa_units.spec.keys import advice, deepest

_SHAPES = {
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}


def notes(error: ValidationError, words: Mapping[str, str]) -> Iterator[Note]:
    """Yield one note for each thing wrong, with its canonical place. `words` are those of the
    user's dialect."""
    for detail in error.errors(include_url=False):
        # pydantic marks a wrong key of a free mapping by a last step of its own.
        loc: Loc = tuple(step for step in detail["loc"] if step != "[key]")
        if detail["type"] == "missing":
            text = f"'{words.get(str(loc[-1]), loc[-1])}' is missing"
            yield Note(Level.ERROR, "", loc, "missing-key", text)
        else:
            yield _note(loc, detail["type"], detail["input"], detail.get("ctx", {}))


def _note(loc: Loc, kind: str, value: object, context: dict[str, Any]) -> Note:
    if isinstance(bad := context.get("error"), Bad):
        return Note(Level.ERROR, "", loc + bad.at, bad.code, bad.message, bad.hint)
    if kind == "extra_forbidden":
        loc = deepest(loc, value)
        text = f"unknown key '{loc[-1]}'"
        return Note(Level.ERROR, "", loc, "unknown-key", text, advice(loc))
    if kind == "too_short":
        return Note(Level.ERROR, "", loc, "empty-list", "the list is empty")
    text = f"{_SHAPES.get(kind, 'another value')} expected, not {shape(value)}"
    return Note(Level.ERROR, "", loc, "wrong-shape", text)
