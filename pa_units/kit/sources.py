"""The text of our own modules, for the daemons that are installed apart from `pa`."""

import os
from functools import cache

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@cache
def source(module: str) -> str:
    """Return the text of a file of the package, such as `kit/clock.py`."""
    with open(os.path.join(_PACKAGE, module), encoding="utf-8") as file:
        return file.read()
