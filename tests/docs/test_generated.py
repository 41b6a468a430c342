"""Pages and the schema that are made from the code are those that the code makes now."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def generator() -> ModuleType:
    found = importlib.util.spec_from_file_location("generate", ROOT / "contrib/generate.py")
    assert found and found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


FILES = generator().FILES


@pytest.mark.parametrize("name", FILES)
def test_file_is_up_to_date(name: str) -> None:
    made = FILES[name]()
    assert (ROOT / name).read_text() == made, "run: .venv/bin/python contrib/generate.py"
