"""D-Bus values to bytes and back."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pa_units.drive.decode import decode
from pa_units.drive.encode import Variant, encode
from pa_units.drive.signature import FIXED, Garbled, types

# Bytes written by hand after the specification's marshaling rules.
KNOWN = [
    ("y", (7,), b"\x07"),
    ("b", (True,), b"\x01\0\0\0"),
    ("n", (-2,), b"\xfe\xff"),
    ("q", (2,), b"\x02\0"),
    ("i", (-1,), b"\xff\xff\xff\xff"),
    ("u", (1,), b"\x01\0\0\0"),
    ("x", (-1,), b"\xff" * 8),
    ("t", (1,), b"\x01" + b"\0" * 7),
    ("d", (1.5,), struct.pack("<d", 1.5)),
    ("s", ("ab",), b"\x02\0\0\0ab\0"),
    ("s", ("",), b"\0\0\0\0\0"),
    ("o", ("/a",), b"\x02\0\0\0/a\0"),
    ("g", ("as",), b"\x02as\0"),
    ("ay", (b"\x01\x02",), b"\x02\0\0\0\x01\x02"),
    ("as", ([],), b"\0\0\0\0"),
    # The gap between an array's length and its first element does not count.
    ("at", ([],), b"\0\0\0\0\0\0\0\0"),
    ("at", ([1],), b"\x08\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0"),
    ("yu", (1, 2), b"\x01\0\0\0\x02\0\0\0"),
    ("yx", (1, 2), b"\x01" + b"\0" * 7 + b"\x02" + b"\0" * 7),
    ("(yy)y", ((1, 2), 3), b"\x01\x02\x03"),
    ("y(y)", (1, (2,)), b"\x01" + b"\0" * 7 + b"\x02"),
    ("a{yy}", ({1: 2, 3: 4},), b"\x0a\0\0\0\0\0\0\0\x01\x02\0\0\0\0\0\0\x03\x04"),
    ("as", (["a", "b"],), b"\x0e\0\0\0\x01\0\0\0a\0\0\0\x01\0\0\0b\0"),
]


@pytest.mark.parametrize(("signature", "values", "raw"), KNOWN, ids=lambda value: repr(value)[:24])
def test_known_bytes(signature: str, values: tuple[object, ...], raw: bytes) -> None:
    assert encode(signature, values) == raw
    assert decode(signature, raw) == values


def test_variant_is_read_as_its_value() -> None:
    raw = encode("a{sv}", ({"pid": Variant("u", 7), "args": Variant("as", ["x"])},))
    assert decode("a{sv}", raw) == ({"pid": 7, "args": ["x"]},)


def test_big_endian_is_read() -> None:
    raw = b"\0\0\0\x02" + b"\0\0\0\x01a\0\0\0"
    assert decode("us", raw, ">") == (2, "a")


def test_types_are_split() -> None:
    assert types("sa{sv}(ii)aau") == ("s", "a{sv}", "(ii)", "aau")


@pytest.mark.parametrize("signature", ["(", "()", "a", "a{", "z", ")", "(s", "{", "a" * 200 + "y"])
def test_bad_signatures_are_refused(signature: str) -> None:
    with pytest.raises(Garbled):
        decode(signature, b"\0" * 64)


@pytest.mark.parametrize(
    ("signature", "raw"),
    [
        ("u", b"\0\0"),
        ("s", b"\xff\0\0\0abc"),
        ("s", b"\x01\0\0\0ab"),
        ("g", b"\xffy"),
        ("as", b"\xff\xff\xff\x7f"),
        ("as", b"\x05\0\0\0\x01\0\0\0a\0"),
        ("v", b"\x02yy\0\0\0"),
        ("v", b"\0\0\0\0"),
        ("v", b"\x01v\0" * 2000),
        ("a{asy}", b"\x08\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0"),
    ],
)
def test_short_and_hostile_bodies_are_refused(signature: str, raw: bytes) -> None:
    with pytest.raises(Garbled):
        decode(signature, raw)


def integers(code: str) -> st.SearchStrategy[int]:
    size = struct.calcsize(FIXED[code]) * 8
    if FIXED[code].isupper():
        return st.integers(0, 2**size - 1)
    return st.integers(-(2 ** (size - 1)), 2 ** (size - 1) - 1)


TEXT = st.text(st.sampled_from("aZ0_./ \n\x7fäß€😀"), max_size=12)
BASIC: dict[str, st.SearchStrategy[object]] = {
    **{code: integers(code) for code in "ynqiuxth"},
    "b": st.booleans(),
    "d": st.floats(allow_nan=False),
    "s": TEXT,
    "o": TEXT.map(lambda text: "/" + text),
    "g": st.sampled_from(["", "s", "a{sv}", "(ii)"]),
}
Typed = tuple[str, object, object]
"""A signature, the value as it is written, and as it is read back."""


def basic() -> st.SearchStrategy[Typed]:
    return st.sampled_from(sorted(BASIC)).flatmap(
        lambda code: BASIC[code].map(lambda value: (code, value, value))
    )


def struct_of(parts: list[Typed]) -> Typed:
    codes, written, read = zip(*parts, strict=True)
    return f"({''.join(codes)})", tuple(written), tuple(read)


def array_of(part: Typed, count: int) -> Typed:
    code, written, read = part
    if code == "y":
        return "ay", bytes([int(str(written))] * count), bytes([int(str(read))] * count)
    return f"a{code}", [written] * count, [read] * count


def variant_of(part: Typed) -> Typed:
    return "v", Variant(part[0], part[1]), part[2]


def dict_of(key: Typed, value: Typed) -> Typed:
    return f"a{{{key[0]}{value[0]}}}", {key[1]: value[1]}, {key[2]: value[2]}


TYPED = st.recursive(
    basic(),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(struct_of),
        st.builds(array_of, inner, st.integers(0, 3)),
        inner.map(variant_of),
        st.builds(dict_of, basic(), inner),
    ),
    max_leaves=12,
)


@given(st.lists(TYPED, max_size=5))
def test_round_trip(parts: list[Typed]) -> None:
    signature = "".join(code for code, _, _ in parts)
    raw = encode(signature, tuple(written for _, written, _ in parts))
    assert decode(signature, raw) == tuple(read for _, _, read in parts)


@given(st.sampled_from(["a(ssssssouso)", "a{sv}", "v", "as", "(sv)"]), st.binary(max_size=200))
def test_any_bytes_end_in_a_value_or_garbled(signature: str, raw: bytes) -> None:
    with suppress(Garbled):
        decode(signature, raw)
