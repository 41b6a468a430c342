"""Every example of a spec in the pages loads, and an editor that knows the schema takes it."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml
from loading import document, rendered

from pa_units.spec.schema import schema

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"^```ya?ml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_WHOLE = re.compile(r"^(agents|agent|services|name|id|binary_path):", re.MULTILINE)


class Example(NamedTuple):
    """A block of a page; one that shows single fields is completed to an agent."""

    page: str
    text: str


def examples() -> list[Example]:
    blocks = ((page, block) for page in PAGES for block in _BLOCK.findall(page.read_text()))
    return [Example(page.name, _whole(one)) for page, block in blocks for one in _ways(block)]


def _ways(block: str) -> list[str]:
    """A block that gives one key again and again shows several ways to write it."""
    entries = re.findall(r"^[a-z_]+:.*\n(?:[ #-].*\n|\n)*", block, re.MULTILINE)
    keys = [entry.partition(":")[0] for entry in entries]
    return [block] if len(set(keys)) == len(keys) else entries


def _whole(block: str) -> str:
    return block if _WHOLE.search(block) else f"name: a\n{_command(block)}{block}"


def _command(block: str) -> str:
    return "" if re.search(r"^(cmd|command):", block, re.MULTILINE) else "cmd: a\n"


@pytest.fixture(scope="module")
def validator() -> Any:
    return jsonschema.Draft202012Validator(schema())


def test_there_are_examples() -> None:
    assert len(examples()) >= 8


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.page)
def test_example(validator: Any, example: Example) -> None:
    loaded = document(example.text)
    assert not loaded.errors, rendered(loaded)
    validator.validate(yaml.safe_load(example.text))
