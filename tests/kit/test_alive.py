"""Names of processes that outlive them."""

import subprocess

from pa_units.kit import alive


def test_a_process_lives_until_it_ends() -> None:
    assert alive.lives(alive.me())
    with subprocess.Popen(["sleep", "60"]) as child:
        name = alive._name(child.pid)
        assert name.startswith(f"{child.pid}:") and alive.lives(name)
        child.kill()
    assert not alive.lives(name)


def test_another_process_of_that_number_is_another() -> None:
    pid, _, began = alive.me().partition(":")
    assert not alive.lives(f"{pid}:{int(began) + 1}")


def test_nonsense_does_not_live() -> None:
    for who in ("", ":", "x", "0:0", "99999999999:1"):
        assert not alive.lives(who)
