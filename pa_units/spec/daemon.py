"""The daemon dialect: agents with an id and a binary_path, defaults for all of them, and the old
form with a single agent. Translated to the canonical names before anything is checked."""

import posixpath
from collections.abc import Callable
from typing import TypeVar

from pa_units.contracts.bundle import Level
from pa_units.spec.aliases import DAEMON, UNSET
from pa_units.spec.bad import Bad
from pa_units.spec.command import split
from pa_units.spec.draft import Draft, Raw, put, take
from pa_units.spec.paths import absolute
from pa_units.spec.text.nodes import Node

T = TypeVar("T")

FLAGS = {"filebeat": "-c", "telegraf": "--config", "node_exporter": "", "custom": ""}
"""what stands before the name of the configuration file, by type; empty: it is not passed"""

OLD_FLAG = "-config"
"""the old form has no type, and its manager passed the file in this way"""

SECTIONS = frozenset(
    ("daemon", "manager", "collector", "collectors", "update", "log", "grpc", "server", "storage")
)
"""parts of the daemon's file that configure the daemon itself"""

DEFAULTS = ("health_check", "restart")
"""blocks that `agent_defaults` may give"""

KEYS = frozenset(("id", "binary_path", "config_file", "work_dir", "socket_path"))


def is_daemon(raw: Raw) -> bool:
    """Tell the dialect of an agent by its words."""
    return not raw.keys() & {"cmd", "command"} and bool(raw.keys() & KEYS)


def inherit(draft: Draft, defaults: Raw, root: Node) -> None:
    """Add what `agent_defaults` says and the agent does not."""
    for block in DEFAULTS:
        given = defaults.get(block)
        if not isinstance(given, dict):
            continue
        for key, value in given.items():
            if put(draft.raw, (block, key), value):
                draft.roots[block, key] = root


def translate(draft: Draft, base: str) -> None:
    """Respell an agent of this dialect canonically."""
    old = "id" not in draft.raw
    draft.words = {"cmd": "binary_path", "name": "id"}
    _command(draft, base, old=old)
    draft.respell(DAEMON)
    if isinstance(beat := draft.raw.get("heartbeat"), dict):
        # Its agents report as JSON, over the unix socket or, where there is none, over HTTP.
        beat.setdefault("via", "socket" if "socket" in beat else "http")
    if old:
        _name_after_program(draft)
    _spread_interval(draft.raw, draft)


def _command(draft: Draft, base: str, *, old: bool) -> None:
    kind = take(draft.raw, ("type",)) if draft.raw.get("type") in FLAGS else UNSET
    config, given = take(draft.raw, ("config_file",)), take(draft.raw, ("args",))
    program = take(draft.raw, ("binary_path",))
    if program is UNSET:
        return
    flag = FLAGS.get(str(kind), OLD_FLAG if old else "")
    rest = _tried(draft, "args", lambda: _words(given)) or []
    if config is not UNSET and not flag:
        draft.note(
            Level.WARNING,
            ("config_file",),
            "unused-config-file",
            "config_file is not passed to an agent of this type",
            "write it in args as the program wants it",
        )
    elif config is not UNSET and flag not in rest:
        rest = [flag, _tried(draft, "config_file", lambda: absolute(config, base)) or "", *rest]
    draft.move(("binary_path",), ("cmd",), [program, *rest])


def _tried(draft: Draft, key: str, work: Callable[[], T]) -> T | None:
    try:
        return work()
    except Bad as bad:
        draft.note(Level.ERROR, (key,), bad.code, bad.message, bad.hint)
        return None


def _words(given: object) -> list[object]:
    if given is UNSET or given is None:
        return []
    if isinstance(given, str):
        return list(split(given))
    if isinstance(given, list):
        return given
    raise Bad("args is a list of words", code="wrong-shape")


def _name_after_program(draft: Draft) -> None:
    match draft.raw.get("cmd"):
        case [str(program), *_]:
            draft.sources.pop(("name",), None)
            draft.move(("binary_path",), ("name",), posixpath.basename(program))


def _spread_interval(raw: Raw, draft: Draft) -> None:
    """Here one interval serves probes and measurements; heartbeats and dead processes are noticed
    at once, without polling."""
    check, limits = raw.get("health_check"), raw.get("limits")
    if not isinstance(check, dict) or "interval" not in check:
        return
    if isinstance(limits, dict):
        draft.move(("health_check", "interval"), ("limits", "interval"), check["interval"])
    if check.keys() == {"interval"}:
        del raw["health_check"]
