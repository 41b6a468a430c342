"""What programs really print, and what only looks like it."""

import pytest

from pa_units.diagnose import signs


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("KeyError: 'PAYMENT_API_KEY'", ["PAYMENT_API_KEY"]),
        ("KeyError: 'name'", []),
        ("run.sh: line 3: TOKEN: unbound variable", ["TOKEN"]),
        ("/bin/sh: 1: TOKEN: parameter not set", ["TOKEN"]),
        ("Error: Missing required environment variable: DATABASE_URL", ["DATABASE_URL"]),
        ("OPENAI_API_KEY must be set", ["OPENAI_API_KEY"]),
        ("the environment is fine", []),
        ("GET /HTTP_STATUS 200", []),
    ],
)
def test_variables(line: str, names: list[str]) -> None:
    assert signs.variables(line)[:1] == names


@pytest.mark.parametrize(
    ("line", "ports"),
    [
        ("Error: listen EADDRINUSE: address already in use :::8080", [8080]),
        ("bind: address already in use 127.0.0.1:3000", [3000]),
        ("[ERROR] port 5432 is already allocated", [5432]),
        ("nothing here 99999999", []),
    ],
)
def test_ports(line: str, ports: list[int]) -> None:
    assert signs.ports(line) == ports


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("PermissionError: [Errno 13] Permission denied: '/srv/a-b/c.d'", ["/srv/a-b/c.d"]),
        ("sh: 1: cannot create /var/x: Read-only file system", ["/var/x"]),
        ("see https://example.org/a/b", []),
        ("and/or", []),
    ],
)
def test_paths(line: str, paths: list[str]) -> None:
    assert signs.paths(line) == paths
