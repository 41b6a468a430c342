"""Fields that people may write in more than one shape: each is brought into its one shape here."""

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from pa_units.spec import template
from pa_units.spec.bad import Bad, shape, text
from pa_units.spec.fields import As, Reshape, one_of
from pa_units.spec.parts import Dependency, EnvFile, Part, Schedule, Secret
from pa_units.spec.words import agent_name, variable


def _environment(value: object) -> object:
    if type(value) is not list:
        return value
    found: dict[str, str] = {}
    for index, item in enumerate(value):
        name, sign, rest = text(item, "NAME=value").partition("=")
        if name in found:
            raise Bad(f"'{name}' is set twice", code="duplicate-key", at=(index,))
        # As in compose, a bare NAME takes its value from the environment of the installer.
        found[name] = rest if sign else f"${{{name}}}"
    return found


def _value(value: object) -> str:
    if value is None:
        raise Bad("the variable has no value", 'write "" for an empty one, or ${NAME}', "no-value")
    word = text(value, "a text")
    if "\0" in word:
        raise Bad("the value holds a zero byte", code="control-character")
    template.parse(word)
    return word


Variable = Annotated[str, As(variable, {"type": "string"})]
Value = Annotated[str, As(_value, {"type": ["string", "number", "boolean"]})]
_LIST: dict[str, object] = {"type": "array", "items": {"type": "string"}}
_TEXT: dict[str, object] = {"type": "string"}
Environment = Annotated[dict[Variable, Value], Reshape(_environment, _LIST)]


def _env_files(value: object) -> object:
    entries = value if type(value) is list else [value]
    return [{"path": entry} if type(entry) is str else entry for entry in entries]


EnvFiles = Annotated[tuple[EnvFile, ...], Reshape(_env_files, _TEXT, {"type": "array"})]


def _secrets(value: object) -> object:
    entries = _named(value)
    if type(entries) is not dict:
        return entries
    return {name: _secret(name, entry) for name, entry in entries.items()}


def _secret(name: str, entry: object) -> object:
    if type(entry) is str:
        return {"from": entry}
    if entry is None or type(entry) is dict:
        return {"from": f"env:{name}"} | (entry or {})
    return entry


def _named(value: object) -> object:
    if type(value) is list and all(type(item) is str for item in value):
        return dict.fromkeys(value)
    return value


Secrets = Annotated[dict[Variable, Secret], Reshape(_secrets, _LIST, {"type": "object"})]


def _dependencies(value: object) -> object:
    entries = _named(value)
    if type(entries) is not dict:
        return entries
    return {name: {} if entry is None else entry for name, entry in entries.items()}


Dependencies = Annotated[
    dict[Annotated[str, As(agent_name, {"type": "string"})], Dependency],
    Reshape(_dependencies, _LIST),
]


def _short(key: str) -> Callable[[object], object]:
    return lambda value: {key: value} if type(value) is str else value


ScheduleField = Annotated[Schedule, Reshape(_short("cron"), _TEXT)]


def _directive(value: object) -> tuple[str, ...]:
    lines = value if type(value) is list else [value]
    for line in lines:
        if type(line) is not str:
            raise Bad(f"a text or a list of texts expected, not {shape(line)}", code="wrong-shape")
        if not line.isprintable():
            raise Bad("a directive holds a control character", code="control-character")
    return tuple(lines)


def _show_directive(lines: tuple[str, ...]) -> object:
    return lines[0] if len(lines) == 1 else list(lines)


def _directive_name(value: object) -> str:
    word = text(value, "the name of a directive")
    if not re.fullmatch(r"[A-Z][A-Za-z0-9-]*", word):
        raise Bad(
            f"'{word}' is not the name of a directive",
            "such as Service or ProtectHome, see systemd.directives(7)",
            "bad-name",
        )
    return word


_ONE_OR_MORE = {"type": ["string", "number", "boolean", "array"]}
DirectiveName = Annotated[str, As(_directive_name, {"type": "string"})]
Directive = Annotated[tuple[str, ...], As(_directive, _ONE_OR_MORE, _show_directive)]
"""one line of a unit file for each text"""
Sections = dict[DirectiveName, dict[DirectiveName, Directive]]

Level = Literal["tight", "strict", "relaxed", "off"]


class Hardening(Part):
    """The sandbox: a level, and single directives that differ from it."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Directive] = Field(init=False)

    level: Annotated[Level, one_of("tight", "strict", "relaxed", "off")] = Field(
        "strict", description="tight, strict, relaxed or off"
    )

    @property
    def switches(self) -> dict[str, tuple[str, ...]]:
        """Directives by name that replace those of the level."""
        return self.__pydantic_extra__ or {}

    @model_validator(mode="after")
    def _names(self) -> "Hardening":
        for name in self.switches:
            try:
                _directive_name(name)
            except Bad as bad:
                raise Bad(bad.message, bad.hint, "unknown-key", at=(name,)) from None
        return self


HardeningField = Annotated[
    Hardening, Reshape(_short("level"), {"enum": ["tight", "strict", "relaxed", "off"]})
]
