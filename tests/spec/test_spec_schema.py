"""The published JSON Schema is the model's, and takes what the loader takes."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from bad_specs import BAD
from loading import DOCUMENTS, document
from spec_traps import TRAPS

from pa_units.spec.aliases import COMPOSE, DAEMON
from pa_units.spec.keys import AGENT_KEYS, keys_of
from pa_units.spec.parts import Part
from pa_units.spec.schema import schema, text

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "contrib" / "schema" / "agents.schema.json"
REFRESH = "pa schema > contrib/schema/agents.schema.json"


@pytest.fixture(scope="module")
def validator() -> Any:
    found = schema()
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def test_the_published_schema_is_current() -> None:
    assert PUBLISHED.read_text() == text(), REFRESH


@pytest.mark.parametrize("path", sorted(DOCUMENTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_documents_of_users_are_valid(validator: Any, path: Path) -> None:
    validator.validate(yaml.load(path.read_text(), Loader=_Editor))


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "golden").glob("*/spec.yaml")))
def test_golden_specs_are_valid(validator: Any, path: Path) -> None:
    validator.validate(yaml.load(path.read_text(), Loader=_Editor))


@pytest.mark.parametrize("fine", [fine for *_, fine in TRAPS])
def test_what_the_loader_takes_is_valid(validator: Any, fine: str) -> None:
    assert not document(fine).errors
    validator.validate(yaml.load(fine, Loader=_Editor))


class _Editor(yaml.SafeLoader):
    """Reads as editors do: words such as `no` are texts."""


_Editor.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in rows
        if not (tag.endswith("bool") and first not in "tTfF")
    ]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_unknown_keys_are_invalid(validator: Any) -> None:
    checked = 0
    for spec, _, message, _ in BAD:
        if "[unknown-key]" in message and "agent_defaults" not in spec:
            assert not validator.is_valid(yaml.safe_load(spec)), spec
            checked += 1
    assert checked > 5


def test_every_key_and_spelling_is_there() -> None:
    definitions = schema()["$defs"]
    agent = definitions["UnnamedAgent"]["properties"]
    assert set(agent) >= AGENT_KEYS - {"x-*"}
    assert set(agent) >= {row.source[0] for row in COMPOSE}
    assert set(definitions["DaemonAgent"]["properties"]) >= {row.source[0] for row in DAEMON}
    for part in Part.__subclasses__():
        if "properties" in definitions.get(part.__name__, {}):
            assert set(definitions[part.__name__]["properties"]) >= keys_of(part)


def test_every_key_is_described() -> None:
    def walk(where: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, field in value.get("properties", {}).items():
                known = field is True or "$ref" in field or "description" in field
                assert known or "properties" in field or name in ("args",), f"{where}.{name}"
            for name, below in value.items():
                walk(f"{where}.{name}", below)

    walk("", json.loads(text())["$defs"]["UnnamedAgent"])
    for part in Part.__subclasses__():
        assert all(field.description for field in part.model_fields.values()), part
