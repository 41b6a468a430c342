"""A host with the built-in supervisor."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import Commands
from commands import commands as make_commands


@pytest.fixture
def host() -> Iterator[Commands]:
    """Not below pytest's directory, which other users may not enter."""
    with (
        tempfile.TemporaryDirectory(prefix="pa-own-") as directory,
        make_commands(Path(directory)) as it,
    ):
        yield it
