"""The types of the model's fields: each has a parser, a canonical printer and a JSON Schema."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from pa_units.spec import command, paths, quantities, scalars, words
from pa_units.spec.bad import Bad, text


class As:
    """How a field reads, prints and describes itself. A plain function stands in for pydantic's
    own coercion: its messages use the user's words, and it is one call on the hot path.

    With `context`, `parse` also takes pydantic's info: where the spec stands, the fields before.
    """

    def __init__(
        self,
        parse: Callable[..., Any],
        json: Mapping[str, object],
        show: Callable[[Any], object] | None = None,
        *,
        context: bool = False,
    ) -> None:
        self.parse, self.json, self.show, self.context = parse, json, show, context

    def __get_pydantic_core_schema__(self, _: object, __: GetCoreSchemaHandler) -> CoreSchema:
        show = self.show and core_schema.plain_serializer_function_ser_schema(self.show)
        if self.context:
            return core_schema.with_info_plain_validator_function(self.parse, serialization=show)
        return core_schema.no_info_plain_validator_function(self.parse, serialization=show)

    def __get_pydantic_json_schema__(self, _: object, __: GetJsonSchemaHandler) -> dict[str, Any]:
        return dict(self.json)


class Reshape:
    """Brings what people may also write into the one shape of a field. `shapes` are the further
    JSON Schemas."""

    def __init__(self, reshape: Callable[[object], object], *shapes: Mapping[str, object]) -> None:
        self.reshape, self.shapes = reshape, shapes

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.reshape, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(schema), *map(dict, self.shapes)]}


def _string(pattern: str = "") -> dict[str, object]:
    return {"type": "string", "pattern": f"^({pattern})$"} if pattern else {"type": "string"}


_TIME = _string(r"([0-9]+(\.[0-9]+)?(ms|[smhdw]))+")
_BYTES = r"[0-9]+(\.[0-9]+)? ?([kmgtKMGT]([iI]?[bB])?|[bB])"
_PERCENT = _string(r"[0-9]+(\.[0-9]+)?%")
_INTEGER_OR_TEXT = {"type": ["string", "integer"]}

Duration = Annotated[int, As(quantities.positive_duration, _TIME, quantities.print_duration)]
"""milliseconds, at least 1"""
Pause = Annotated[
    int, As(quantities.duration, {"anyOf": [_TIME, {"const": 0}]}, quantities.print_duration)
]
"""milliseconds, 0 allowed"""
Size = Annotated[int, As(quantities.size, _string(_BYTES), quantities.print_size)]
"""bytes"""
Rate = Annotated[int, As(quantities.rate, _string(_BYTES + "(/s)?"), quantities.print_rate)]
"""bytes per second"""
Percent = Annotated[float, As(quantities.percent, _PERCENT, quantities.print_percent)]
"""percent of one core, above 0"""
Share = Annotated[float, As(quantities.share, _PERCENT, quantities.print_percent)]
"""percent of a whole, above 0, at most 100"""
Flag = Annotated[bool, As(scalars.flag, {"enum": [True, False, "yes", "no", "on", "off"]})]
Factor = Annotated[
    float,
    As(
        scalars.factor,
        {"type": "number", "minimum": 1, "maximum": 1000},
        scalars.print_number,
    ),
]
Mode = Annotated[int, As(scalars.mode, _INTEGER_OR_TEXT, scalars.print_mode)]
Signal = Annotated[str, As(scalars.signal, _string())]
ExitCode = Annotated[str, As(scalars.exit_code, _INTEGER_OR_TEXT)]


def _count(least: int, most: int) -> As:
    return As(scalars.whole(least, most), {"type": "integer", "minimum": least, "maximum": most})


Amount = Annotated[int, _count(0, 1_000_000)]
Positive = Annotated[int, _count(1, 1 << 30)]
Few = Annotated[int, _count(1, 1000)]
Nice = Annotated[int, _count(-20, 19)]
Weight = Annotated[int, _count(1, 10_000)]

Name = Annotated[str, As(words.agent_name, _string(words.NAME))]
Text = Annotated[str, As(words.line, _string())]
"""one printable line"""
Zone = Annotated[str, As(words.zone, _string())]
Uri = Annotated[str, As(words.uri, _string("(https?|file|info|man):.+"))]
Account = Annotated[str, As(words.account, _string(words.ACCOUNT))]
Unit = Annotated[str, As(words.unit, _string())]
Url = Annotated[str, As(words.url, _string("https?://.+"))]
Endpoint = Annotated[str, As(words.endpoint, _INTEGER_OR_TEXT)]
"""host:port"""
Number = Annotated[float, As(scalars.number, {"type": "number"}, scalars.print_number)]
Metric = Annotated[str, As(words.metric, _string(words.METRIC))]
Strings = Annotated[Mapping[str, str], As(words.strings, {"type": ["object", "array"]})]

Objects = Annotated[Mapping[str, Any], As(words.mapping, {"type": "object"})]
"""free values: texts, numbers, truth values, lists and mappings"""


def _base(info: ValidationInfo) -> str:
    return str(info.context["base"]) if info.context else "/"


def _path(value: object, info: ValidationInfo) -> str:
    return paths.absolute(value, _base(info))


Path = Annotated[str, As(_path, _string(), context=True)]
"""absolute once loaded"""


def _source(value: object, info: ValidationInfo) -> str:
    return paths.source(value, _base(info))


def _listen(value: object, info: ValidationInfo) -> str:
    return paths.listen(value, _base(info))


Source = Annotated[str, As(_source, _string("(env|file):.+"), context=True)]
"""env:NAME or file:PATH, the path absolute"""
Listen = Annotated[str, As(_listen, _INTEGER_OR_TEXT, context=True)]
"""port, host:port or absolute path"""

_SHELL = {
    "type": "object",
    "properties": {"shell": {"type": "string"}},
    "required": ["shell"],
    "additionalProperties": False,
}
_WORDS: dict[str, object] = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_COMMAND = {"anyOf": [{"type": "string"}, _WORDS, _SHELL]}

Command = Annotated[command.Command, As(command.command, _COMMAND, command.show)]


def _main_command(value: object, info: ValidationInfo) -> command.Command:
    return command.main(value, shell=info.data.get("shell", False))


MainCommand = Annotated[
    command.Command,
    As(_main_command, {"anyOf": [{"type": "string"}, _WORDS]}, command.show_main, context=True),
]


def _listed(value: object) -> object:
    # One item stands for a list of one; pydantic builds the tuple.
    return [value] if type(value) in (str, dict) else value


_ONE = Reshape(_listed, _INTEGER_OR_TEXT)

Commands = Annotated[tuple[Command, ...], Reshape(_listed, _COMMAND)]
Paths = Annotated[tuple[Path, ...], _ONE]
Texts = Annotated[tuple[Text, ...], _ONE]
Uris = Annotated[tuple[Uri, ...], _ONE]
Units = Annotated[tuple[Unit, ...], _ONE]
ExitCodes = Annotated[tuple[ExitCode, ...], _ONE]


def one_of(*choices: str, aliases: Mapping[str, str] | None = None) -> As:
    """A word out of a few; `_` may stand for `-`."""
    meant = {word: word for word in choices} | dict(aliases or {})

    def parse(value: object) -> str:
        word = text(value, " or ".join(choices))
        if (found := meant.get(word) or meant.get(word.replace("_", "-"))) is None:
            raise Bad(f"'{word}' is not one of: {', '.join(choices)}", code="bad-choice")
        return found

    return As(parse, {"enum": list(meant)})
