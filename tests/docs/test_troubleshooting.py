"""The page and the table of checks name each other."""

import re
from pathlib import Path

from pa_units.diagnose.table import CHECKS

PAGE = Path(__file__).parents[2] / "docs" / "troubleshooting.md"


def test_every_check_has_a_symptom_and_no_other_is_named() -> None:
    symptoms, checks = PAGE.read_text().split("## The checks")
    named = re.findall(r"`([a-z]+(?:-[a-z]+)*)`", symptoms.split("## From the symptom")[1])
    names = [check.name for check in CHECKS]
    assert set(named) == set(names)
    assert re.findall(r"^\| `([a-z-]+)` \|", checks, re.M) == names
