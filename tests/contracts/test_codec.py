"""Documents: strict writing, tolerant reading."""

import pytest

from pa_units.contracts import codec
from pa_units.kit.errors import PaError


def test_a_document_begins_with_its_schema() -> None:
    data = codec.encode("pa.x/1", {"a": "é"})
    assert data == '{"schema":"pa.x/1","a":"é"}\n'.encode()
    assert codec.decode(data, "pa.x/1", "/x")["a"] == "é"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "cannot read /x: Expecting value"),
        (b"\xff\xfe", "cannot read /x: "),
        (b'{"schema":"pa.x/1"', "cannot read /x: "),
        (b"[]", "is not a pa.x/1 document"),
        (b"{}", "is not a pa.x/1 document"),
        (b'{"schema":"pa.y/1"}', "is not a pa.x/1 document"),
        (b'{"schema":1}', "is not a pa.x/1 document"),
        (b'{"schema":"pa.x/2"}', "it is pa.x/2, this pa knows pa.x/1"),
    ],
)
def test_anything_else_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(PaError) as error:
        codec.decode(data, "pa.x/1", "/x")
    assert words in error.value.message


@pytest.mark.parametrize("value", [None, 1, 1.5, True, "text", ["a", 1], {"a": "b", "c": 1}])
def test_a_member_of_the_wrong_type_is_an_absent_one(value: object) -> None:
    assert codec.text(value, "-") == (value if isinstance(value, str) else "-")
    assert codec.number(value, 7) == (1 if value == 1 and value is not True else 7)
    assert codec.optional_number(value) == (1 if value == 1 and value is not True else None)
    assert codec.real(value) == {1: 1.0, 1.5: 1.5}.get(
        value if isinstance(value, float | int) and value is not True else 0, 0.0
    )
    assert codec.texts(value) == (("a",) if isinstance(value, list) else ())
    assert codec.numbers(value) == ((1,) if isinstance(value, list) else ())
    assert codec.table(value) == ({"a": "b"} if isinstance(value, dict) else {})
    assert codec.mapping(value) == (value if isinstance(value, dict) else {})
    assert codec.items(value) == (value if isinstance(value, list) else [])
