"""JSON Schema of the language, for editors: generated from the model and the tables of spellings.

It knows shapes, words and units; what only lints can see, it lets pass.
"""

import json
from typing import Any

from pydantic import BaseModel

from pa_units.spec.aliases import COMPOSE, DAEMON, Alias
from pa_units.spec.daemon import DEFAULTS, FLAGS, SECTIONS
from pa_units.spec.model import Agent
from pa_units.spec.parts import Part

Json = dict[str, Any]

_WORD: Json = {"type": ["string", "number", "boolean"]}
_CONVERTED: dict[str, Json] = {
    "cpus": {"type": ["number", "string"]},
    "deploy.resources.limits.cpus": {"type": ["number", "string"]},
    "deploy.restart_policy.condition": {"enum": ["none", "on-failure", "any"]},
    "health_check.test": {"type": ["string", "array"]},
    "logging.options.compress": {"type": ["boolean", "string"]},
    "logging.options.max-file": {"type": ["integer", "string"]},
    "restart": {"type": ["string", "boolean"]},
    "ulimits.nofile": {"type": ["integer", "string", "object"]},
}
"""spellings whose value looks different from that of their target"""


def text() -> str:
    """Return the schema as it is published."""
    return json.dumps(schema(), indent=2) + "\n"


def schema() -> Json:
    """Return the JSON Schema (draft 2020-12) of a spec document."""
    agent = Agent.model_json_schema(by_alias=True)
    definitions: Json = agent.pop("$defs")
    definitions["UnnamedAgent"] = agent
    _tidy(agent, Agent)
    for model in Part.__subclasses__():
        if model.__name__ in definitions:
            _tidy(definitions[model.__name__], model)
    for alias in COMPOSE:
        _add(definitions, agent, alias)
    agent["required"] = []
    agent["anyOf"] = [{"required": [name]} for name in ("cmd", "command")]
    definitions["Agent"] = {"allOf": [_ref("UnnamedAgent")], "required": ["name"]}
    definitions["DaemonAgent"] = _daemon_agent(definitions)
    definitions["Defaults"] = _defaults(definitions["DaemonAgent"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pa agents",
        "anyOf": [_ref("Agents"), _ref("Agent"), _ref("DaemonAgent"), _ref("OldDaemonFile")],
        "$defs": definitions | _documents(),
    }


def _tidy(definition: Json, model: type[BaseModel]) -> None:
    """Print defaults as people write them; take out what only repeats the name."""
    usual = model.model_construct().model_dump(by_alias=True)
    for name, field in definition["properties"].items():
        field.pop("title", None)
        if "anyOf" in field:
            field["anyOf"] = [kind for kind in field["anyOf"] if kind != {"type": "null"}]
            if len(field["anyOf"]) == 1:
                field |= field.pop("anyOf")[0]
        if field.pop("default", None) is not None and not isinstance(usual[name], dict | tuple):
            field["default"] = usual[name]
    definition.pop("title", None)
    if isinstance(directive := definition.get("additionalProperties"), dict):
        definition |= {"patternProperties": {"^[A-Z]": directive}, "additionalProperties": False}
    if definition["properties"].pop("x-*", None):
        definition["patternProperties"] = {"^x-": True}


def _add(definitions: Json, definition: Json, alias: Alias) -> None:
    """Add a spelling beside the words it stands for."""
    *way, last = alias.source
    for step in way:
        definition = _below(definitions, definition, step)
    dotted = ".".join(alias.source)
    target = " and ".join(".".join(path) for path in alias.targets)
    found = _CONVERTED.get(dotted) or _at(definitions, alias.targets[0])
    described = {"description": f"another spelling of {target}"}
    definition["properties"].setdefault(last, _bare(found) | described)


def _below(definitions: Json, definition: Json, step: str) -> Json:
    found = definition["properties"].setdefault(
        step, {"type": "object", "properties": {}, "additionalProperties": False}
    )
    if step == "restart":  # a text in compose, a mapping in the daemon dialect
        return _restart(found)
    return _resolved(definitions, found)


def _restart(found: Json) -> Json:
    if "anyOf" not in found:
        mapping = dict(found)
        found.clear()
        found |= {"anyOf": [_CONVERTED["restart"], mapping]}
        found["description"] = "another spelling of restart_policy and max_restarts"
    mapping = found["anyOf"][1]
    assert isinstance(mapping, dict)
    return mapping


def _resolved(definitions: Json, found: Json) -> Json:
    for kind in (found, *found.get("anyOf", ())):
        if "$ref" in kind:
            resolved = definitions[kind["$ref"].rpartition("/")[2]]
            assert isinstance(resolved, dict)
            return resolved
    return found


def _at(definitions: Json, path: tuple[str, ...]) -> Json:
    definition: Json = definitions["UnnamedAgent"]
    for step in path:
        definition = _resolved(definitions, definition)["properties"][step]
    return definition


def _bare(found: Json) -> Json:
    return {key: value for key, value in found.items() if key not in ("default", "description")}


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _daemon_agent(definitions: Json) -> Json:
    """The daemon dialect: its own words, and those of an agent that it does not take over."""
    own: Json = {
        "type": {"enum": list(FLAGS), "description": "shapes the arguments"},
        "binary_path": {"type": "string", "description": "the program"},
        "config_file": {"type": "string", "description": "passed as the type wants it"},
        "args": {"type": ["array", "string"], "items": {"type": "string"}},
        "health_check": {"type": "object", "properties": {}, "additionalProperties": False},
    }
    for alias in DAEMON:
        holder = own[alias.source[0]]["properties"] if len(alias.source) > 1 else own
        loose = alias.source[-1].endswith("_threshold")
        found = _WORD if loose else _bare(_at(definitions, alias.targets[0]))
        target = ".".join(alias.targets[0])
        holder[alias.source[-1]] = found | {"description": f"another spelling of {target}"}
    own["health_check"]["properties"]["interval"] = _bare(
        _at(definitions, ("health_check", "interval"))
    )
    agent: Json = definitions["UnnamedAgent"]
    rest = {
        name: _ref(f"UnnamedAgent/properties/{name}")
        for name in agent["properties"]
        if name not in ("cmd", "command", "name")
    }
    return {
        "type": "object",
        "description": "An agent of the daemon dialect.",
        "properties": rest | own,
        "patternProperties": agent["patternProperties"],
        "additionalProperties": False,
        "required": ["binary_path"],
    }


def _defaults(agent: Json) -> Json:
    blocks = {name: agent["properties"][name] for name in DEFAULTS}
    return {"type": "object", "properties": blocks, "additionalProperties": False}


def _documents() -> Json:
    either: Json = {"anyOf": [_ref("Agent"), _ref("DaemonAgent")]}
    agents: Json = {
        "description": "a list of agents, or a mapping by name",
        "anyOf": [
            {"type": "array", "items": either, "minItems": 1},
            {"type": "object", "additionalProperties": _ref("UnnamedAgent"), "minProperties": 1},
        ],
    }
    beside = dict.fromkeys(sorted(SECTIONS), True)
    return {
        "AgentList": agents,
        "Agents": {
            "type": "object",
            "properties": {
                "agents": _ref("AgentList"),
                "services": _ref("AgentList"),
                "agent_defaults": _ref("Defaults"),
                **beside,
            },
            "patternProperties": {"^x-": True},
            "additionalProperties": False,
            "anyOf": [{"required": ["agents"]}, {"required": ["services"]}],
        },
        "OldDaemonFile": {
            "type": "object",
            "properties": {"agent": _ref("DaemonAgent"), **beside},
            "additionalProperties": False,
            "required": ["agent"],
        },
    }
