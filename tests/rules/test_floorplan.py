"""A room imports only from floors below its own; pure rooms touch nothing; one door per library."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pa_units"

FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"kit"}),
    frozenset({"contracts", "rules"}),
    frozenset({"spec", "drive", "record", "logfiles", "measure", "journal", "probes", "notify"}),
    frozenset({"compile", "importers", "observe", "compose", "image"}),
    frozenset({"write", "package", "diagnose", "instance"}),
    frozenset({"verbs", "watchdog", "tell", "supervisor"}),
    frozenset({"cli", "web", "cluster"}),
)
DAEMONS = frozenset({"watchdog", "tell", "supervisor"})
"""Only floors 0 to 2, and never `spec`: they read compiled plans and stay small."""

ABOVE_ROOMS = frozenset({"api", "__main__"})
"""Single files above all rooms: the documented Python interface, and `python -m pa_units`."""

PURE = ("compile", "importers", "compose", "rules")
IMPURE_MODULES = frozenset({"os", "subprocess", "socket", "time", "random", "shutil", "tempfile"})

DOORS: dict[str, tuple[str, ...]] = {
    "jinja2": ("kit/render.py",),
    "subprocess": ("kit/processes.py", "supervisor/child.py"),
    "dbus_next": ("drive/bus.py",),
    "pydantic": ("spec/",),
    "pydantic_core": ("spec/",),
    "yaml": ("spec/",),
    "ruamel": ("spec/",),
    "psutil": ("measure/",),
    "click": ("cli/",),
    "rich": ("cli/",),
}


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def source_files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, also inside functions and TYPE_CHECKING blocks."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    room = room_of(path)
    if room in ABOVE_ROOMS or room == "__init__":
        return
    floor = floor_of(room)
    for module, line in imports(path):
        parts = module.split(".")
        if parts[0] != "pa_units" or len(parts) < 2 or parts[1] in {room, "__version__"}:
            continue
        below = floor_of(parts[1])
        assert below < floor, f"{path}:{line}: {room} (floor {floor}) imports {parts[1]} ({below})"
        if room in DAEMONS:
            assert below <= 2 and parts[1] != "spec", f"{path}:{line}: a daemon imports {parts[1]}"


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_third_party_has_one_door(path: Path) -> None:
    relative = str(path.relative_to(PACKAGE))
    for module, line in imports(path):
        doors = DOORS.get(module.split(".")[0])
        assert doors is None or relative.startswith(doors), (
            f"{path}:{line}: {module} comes in through {' or '.join(doors or ())} only"
        )


@pytest.mark.parametrize(
    "path",
    [path for path in source_files() if room_of(path) in PURE],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_pure_rooms_touch_nothing(path: Path) -> None:
    for module, line in imports(path):
        assert module.split(".")[0] not in IMPURE_MODULES, f"{path}:{line}: imports {module}"
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print"}, f"{path}:{node.lineno}: {node.func.id}()"


def test_every_room_has_a_floor() -> None:
    known = frozenset().union(*FLOORS) | ABOVE_ROOMS
    present = {room_of(path) for path in source_files()} - {"__init__"}
    assert present <= known


def test_only_cli_out_prints() -> None:
    for path in source_files():
        relative = str(path.relative_to(PACKAGE))
        if relative == "cli/out.py" or room_of(path) in DAEMONS:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", f"{path}:{node.lineno}: prints"
