"""The unit itself: masked, refused by systemd, gone, or not what systemd has in memory."""

from collections.abc import Iterator

from pa_units.diagnose.evidence import Evidence
from pa_units.diagnose.finding import Finding, certain, likely


def find(seen: Evidence) -> Iterator[Finding]:
    """What keeps systemd from starting it at all."""
    unit = seen.agent.units[0].name
    load = seen.unit.load
    if load == "masked":
        again = f"systemctl unmask {unit}, then pa start {seen.agent.name}"
        yield certain(f"{unit} is masked", _link(seen), next=again)
    elif load in ("bad-setting", "error"):
        yield certain(
            f"systemd refuses {unit}",
            str(seen.properties.get("LoadError", "")) if _has_error(seen) else "",
            *_refusals(seen),
            next=f"systemd-analyze verify {unit} names the line",
        )
    if seen.unit.needs_reload:
        yield likely(
            f"systemd has read an earlier {unit} than the one on the disk",
            "NeedDaemonReload=yes",
            next=f"systemctl daemon-reload, then pa restart {seen.agent.name}",
        )


def _link(seen: Evidence) -> str:
    replaced = [one.path for one in seen.changed if one.what == "replaced"]
    return f"{replaced[0]} is a link to /dev/null" if replaced else "it is a link to /dev/null"


def _has_error(seen: Evidence) -> bool:
    return "LoadError" in seen.properties and any(str(seen.properties["LoadError"]))


def _refusals(seen: Evidence) -> tuple[str, ...]:
    return tuple(line for line in seen.told if "refus" in line.lower() or "bad" in line.lower())[
        -2:
    ]
