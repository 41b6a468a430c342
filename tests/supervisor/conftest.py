"""A host of their own for the tests of this room."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from supervised import Host
from supervised import host as make_host


@pytest.fixture
def host() -> Iterator[Host]:
    """Not below pytest's directory, which other users may not enter."""
    with (
        tempfile.TemporaryDirectory(prefix="pa-sup-") as directory,
        make_host(Path(directory)) as it,
    ):
        yield it
