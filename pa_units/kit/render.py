"""The one door to jinja2: templates lay files out, they never decide, quote or escape.

A template may print only text that a quoting function made: any plain string or undefined name is
refused while rendering. `{{ lines | joined }}` prints one such text a line.
"""

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from pa_units.kit.errors import PaError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Environment

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@cache
def template_directory() -> str:
    """Where the templates stand: in the installed package, else beside it in a checkout.

    A checkout is told by its pyproject.toml, so that a stray `templates/` in site-packages is
    never picked up. Raises PaError naming both places.
    """
    packaged = os.path.join(_PACKAGE, "templates")
    if os.path.isdir(packaged):
        return packaged
    checkout = os.path.dirname(_PACKAGE)
    beside = os.path.join(checkout, "templates")
    if os.path.isdir(beside) and os.path.isfile(os.path.join(checkout, "pyproject.toml")):
        return beside
    raise PaError(
        f"cannot find the templates: neither {packaged}/ nor {beside}/ is there",
        "reinstall pa-units",
    )


class Unquoted(TypeError):
    """A template was given text that no quoting function made: a mistake in compile."""


@cache
def _environment(quoted: type[str]) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    def refuse_unquoted(value: object) -> object:
        if type(value) is not quoted:
            raise Unquoted(f"{type(value).__name__} in a template: {value!r}")
        return value

    def joined(lines: "Sequence[str]") -> str:
        if {*map(type, lines)} - {quoted}:
            raise Unquoted(f"one of these is not {quoted.__name__}: {lines!r}")
        return quoted("\n".join(lines))

    environment = Environment(
        loader=FileSystemLoader(template_directory()),
        undefined=StrictUndefined,
        finalize=refuse_unquoted,
        autoescape=False,  # noqa: S701 (unit files, not HTML; the finalizer refuses raw text)
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["joined"] = joined
    return environment


@cache
def _exported(name: str, key: str, quoted: type[str]) -> Any:
    return getattr(_environment(quoted).get_template(name).module, key)


def render(name: str, quoted: type[str], **values: Any) -> str:
    """Render the template `name`, whose expressions may only print values of the type `quoted`. It
    is a macro called `text`: that needs no context of its own, half of the cost of a small file.

    Raises Unquoted for any other.
    """
    rendered: str = _exported(name, "text", quoted)(**values)
    return rendered


def variable(name: str, key: str, quoted: type[str]) -> Any:
    """Return what a template sets at its top: the order of lines is its own to define."""
    return _exported(name, key, quoted)


@cache
def static_text(name: str) -> str:
    """Return a file of the template directory that needs no rendering."""
    with open(os.path.join(template_directory(), name), encoding="utf-8") as file:
        return file.read()
