"""What pages say of commands is so, and man pages please those who read them for a living."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pa_units.cli.completion.words import verbs
from pa_units.cli.main import pa

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MAN = sorted((ROOT / "docs/man").iterdir())
VERBS = {verb.path[0] for verb in verbs(pa) if verb.path}

CALL = re.compile(r"(?:^|[`#$(] ?)(?:sudo )?pa ([a-z][a-z-]*)", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_commands_that_exist(page: Path) -> None:
    named = set(CALL.findall(page.read_text()))
    assert named <= VERBS, f"{page.name} names {sorted(named - VERBS)}"


def test_every_command_has_a_place_in_the_page_and_no_other() -> None:
    told = re.findall(r"^## pa (.+)$", (ROOT / "docs/cli.md").read_text(), re.MULTILINE)
    assert told == [verb.name for verb in verbs(pa) if verb.path and not verb.below]


def test_the_readme_names_every_command() -> None:
    section = (ROOT / "README.md").read_text().partition("\n## Commands\n")[2].partition("\n## ")[0]
    words = set(re.findall(r"[a-z][a-z-]+", section))
    assert words >= VERBS, sorted(VERBS - words)


@pytest.mark.parametrize(
    "judge",
    [["mandoc", "-T", "lint", "-W", "warning"], ["groff", "-man", "-ww", "-z", "-K", "utf8"]],
)
@pytest.mark.parametrize("page", MAN, ids=lambda page: page.name)
def test_man_pages_are_clean(page: Path, judge: list[str]) -> None:
    if not shutil.which(judge[0]):
        pytest.skip(f"{judge[0]} is not installed")
    done = subprocess.run([*judge, page], capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
