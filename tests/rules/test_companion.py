"""The companion is installed file by file: all that it imports, and nothing else; pa-tell alone."""

import ast
import subprocess
from pathlib import Path

from pa_units.compile.systemd.daemons import MODULES

PACKAGE = Path(__file__).parents[2] / "pa_units"

LOADED = """
import sys
sys.path.insert(0, sys.argv[1])
import pa_units.watchdog.__main__, pa_units.probes.tls
for name, module in sys.modules.items():
    if name.partition(".")[0] == "pa_units":
        print(module.__file__)
heavy = {"pydantic", "yaml", "jinja2", "dbus_next", "psutil", "click", "dataclasses"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""


def test_all_modules_of_the_companion_are_installed() -> None:
    argv = ["/usr/bin/python3", "-IS", "-c", LOADED, str(PACKAGE.parent)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    found = {str(Path(line).relative_to(PACKAGE)) for line in done.stdout.splitlines()}
    assert set(MODULES) == found


def test_pa_tell_is_one_file() -> None:
    tree = ast.parse((PACKAGE / "tell" / "__main__.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.module in {"collections.abc"}, node.module
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("pa_units") for alias in node.names)
