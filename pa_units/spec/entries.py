"""The agents of a document, in whichever of its shapes: a list or a mapping under `agents:`, one
agent at the top, or one under `agent:` as the daemon's old file has it."""

from collections.abc import Iterator, Set

from pa_units.contracts.bundle import Level
from pa_units.spec import daemon
from pa_units.spec.document import Report
from pa_units.spec.draft import Draft, Raw
from pa_units.spec.keys import AGENT_KEYS, nearest
from pa_units.spec.text.nodes import MappingNode, Node, Plain, ScalarNode, SequenceNode, entry

_AT_TOP = ("agents", "services", "agent")
_DEFAULTS = "agent_defaults"
_TELLING = frozenset(("name", "cmd", "command")) | daemon.KEYS
"""one of these stands in every agent"""


def entries(report: Report) -> Iterator[Draft]:
    """Yield a draft for each agent, in the order of the file."""
    root = report.tree.root
    if not isinstance(root, MappingNode):
        _refuse(root, report)
        return
    reader = Plain()
    raw = reader.mapping(root)
    for mapping in reader.doubtful:
        _report_keys(mapping, report)
    drafts = list(_drafts(root, raw, report))
    of_daemon = [draft for draft in drafts if daemon.is_daemon(draft.raw)]
    if drafts and drafts[0].node is not root:
        _check_top(root, raw, report, daemons=bool(of_daemon))
    defaults = raw.get(_DEFAULTS)
    for draft in drafts:
        if draft in of_daemon and isinstance(defaults, dict):
            daemon.inherit(draft, defaults, _below(root, _DEFAULTS))
        yield draft


def _refuse(root: Node | None, report: Report) -> None:
    if root is None:
        report.error(root, "empty-file", "the file is empty", "'pa init' prints an example")
    elif isinstance(root, SequenceNode):
        report.error(root, "wrong-shape", "a list of agents stands under 'agents:'")
    else:
        report.error(root, "wrong-shape", "a mapping expected", "'pa init' prints an example")


def _drafts(root: MappingNode, raw: Raw, report: Report) -> Iterator[Draft]:
    if name := next((name for name in _AT_TOP if name in raw), None):
        node, value = _below(root, name), raw[name]
        if isinstance(node, SequenceNode) and isinstance(value, list) and name != "agent":
            yield from _listed(node, value, report)
        elif isinstance(node, MappingNode) and isinstance(value, dict):
            yield from [Draft(node, value)] if name == "agent" else _named(node, value, report)
        if not value or not isinstance(value, list | dict):
            report.error(node, "no-agents", f"no agents stand under '{name}:'")
    elif raw.keys().isdisjoint(_TELLING):
        _report_top(root, raw, AGENT_KEYS, report)
        if not report.errors:
            report.error(root, "no-agents", "no agent stands here", "'pa init' prints an example")
    else:
        yield Draft(root, _without_sections(root, raw, report))


def _listed(node: SequenceNode, values: list[object], report: Report) -> Iterator[Draft]:
    for item, value in zip(node.value, values, strict=True):
        if isinstance(value, dict):
            yield Draft(item, value)
        else:
            report.error(item, "wrong-shape", "an agent is a mapping, such as 'name: bot'")


def _named(node: MappingNode, values: Raw, report: Report) -> Iterator[Draft]:
    for key, item in node.value:
        value = values.get(key.value) if isinstance(key, ScalarNode) else None
        if not isinstance(value, dict):
            report.error(item, "wrong-shape", "an agent is a mapping, such as 'cmd: ./bot'")
            continue
        draft = Draft(item, value)
        draft.roots[(key.value,)] = node
        draft.move((key.value,), ("name",), key.value)
        yield draft


def _without_sections(root: MappingNode, raw: Raw, report: Report) -> Raw:
    """Return the agent at the top of a document, without what stands beside it."""
    if not daemon.is_daemon(raw):
        return raw
    for name in raw.keys() & daemon.SECTIONS:
        _ignored(root, name, report)
    beside = daemon.SECTIONS | {_DEFAULTS}
    return {key: value for key, value in raw.items() if key not in beside}


def _check_top(root: MappingNode, raw: Raw, report: Report, *, daemons: bool) -> None:
    known = {next(name for name in _AT_TOP if name in raw)}
    if daemons:
        known.add(_DEFAULTS)
        for name in raw.keys() & daemon.SECTIONS:
            known.add(name)
            _ignored(root, name, report)
    _report_top(root, raw, known, report)


def _report_top(root: MappingNode, raw: Raw, known: Set[str], report: Report) -> None:
    for name in raw:
        if name not in known and not name.startswith("x-"):
            report.error(_key(root, name), "unknown-key", f"unknown key '{name}'", _advice(name))


def _advice(name: str) -> str:
    if name == _DEFAULTS:
        return "it belongs to agents with an 'id:'; else use a YAML anchor and '<<: *anchor'"
    if name in AGENT_KEYS:
        return "it belongs into an agent"
    return nearest(name, (*_AT_TOP, _DEFAULTS))


def _ignored(root: MappingNode, name: str, report: Report) -> None:
    report.add(
        Level.NOTE,
        _key(root, name),
        "not-an-agent",
        f"'{name}' configures the daemon that this file was written for: nothing is done with it",
    )


def _report_keys(mapping: MappingNode, report: Report) -> None:
    first: dict[str, int] = {}
    for key, _ in mapping.value:
        if not isinstance(key, ScalarNode):
            report.error(key, "bad-key", "a key is a single word")
        elif key.value in first:
            hint = f"it stands in line {first[key.value]} already"
            report.error(key, "duplicate-key", f"'{key.value}' is given twice", hint)
        else:
            first[key.value] = key.start_mark.line + 1


def _below(root: MappingNode, name: str) -> Node:
    found = entry(root, name)
    assert found is not None
    return found[1]


def _key(root: MappingNode, name: str) -> Node:
    found = entry(root, name)
    assert found is not None
    return found[0]
