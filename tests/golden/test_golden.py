"""What every case compiles to, byte for byte. `--update-golden` rewrites what is expected."""

from pathlib import Path

import pytest
from golden_cases import CASES, HERE, VERSIONS, difference, expected, tree, update


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path, version: int, request: pytest.FixtureRequest) -> None:
    found = tree(case, version)
    if request.config.getoption("--update-golden"):
        update(case, version, found)
    if changed := difference(expected(case, version), found):
        pytest.fail(f"{case.name} on systemd {version} differs:\n{changed}", pytrace=False)


def test_no_case_without_a_spec() -> None:
    directories = {path for path in HERE.iterdir() if path.is_dir() and path.name[0] not in "_."}
    assert directories == set(CASES)


def test_no_tree_of_a_version_that_is_not_compiled() -> None:
    known = {*map(str, VERSIONS), "spec.yaml", "facts.json"}
    for case in CASES:
        assert {path.name for path in case.iterdir()} <= known, case.name
