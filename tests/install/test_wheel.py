"""The distribution: source → wheel → a fresh environment, used from another directory."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.install


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, made by the build backend itself."""
    out = tmp_path_factory.mktemp("dist")
    script = f"from hatchling import build; print(build.build_sdist({str(out)!r}))"
    name = run([sys.executable, "-c", script], ROOT).splitlines()[-1]
    return out / name


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made from the source distribution and not from the checkout."""
    source = tmp_path_factory.mktemp("source")
    with tarfile.open(sdist) as archive:
        archive.extractall(source, filter="data")
    (top,) = source.iterdir()
    out = tmp_path_factory.mktemp("wheel")
    script = f"from hatchling import build; print(build.build_wheel({str(out)!r}))"
    return out / run([sys.executable, "-c", script], top).splitlines()[-1]


def run(command: list[str], cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_templates_ship_inside(wheel: Path, sdist: Path) -> None:
    ours = {
        str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*") if path.is_file()
    }
    shipped = set(zipfile.ZipFile(wheel).namelist())
    assert {f"pa_units/{path}" for path in ours} <= shipped
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert ours <= names


def test_a_fresh_environment_compiles(wheel: Path, tmp_path: Path) -> None:
    """Without the checkout in reach: its templates would be found beside the package."""
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    spec = tmp_path / "bot.yaml"
    spec.write_text("name: bot\ncmd: sh -c true\nmax_restarts: 2\n")
    script = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import pa_units; from pa_units.cli.main import run\n"
        f"assert pa_units.__file__.startswith({str(site)!r}), pa_units.__file__\n"
        f"sys.exit(run(['compile', '--target', 'systemd', {str(spec)!r}]))"
    )
    printed = run([sys.executable, "-c", script], tmp_path)
    assert "ExecStart=/usr/bin/sh -c true" in printed or "ExecStart=/bin/sh -c true" in printed


def test_man_pages_ship(wheel: Path) -> None:
    found = [name.partition(".data/")[2] for name in zipfile.ZipFile(wheel).namelist()]
    assert {"data/share/man/man1/pa.1", "data/share/man/man5/pa-spec.5"} <= set(found)


def test_both_names_are_scripts(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [entry for entry in archive.namelist() if entry.endswith("entry_points.txt")]
        text = archive.read(name).decode()
    assert "pa = pa_units.cli.entry:main" in text
    assert "persistent-agent = pa_units.cli.entry:main" in text
