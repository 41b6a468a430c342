"""Trials: whose version is it, and what is kept of them."""

from pa_units.contracts import watch as watches
from pa_units.contracts.ledger import Installed
from pa_units.contracts.refs import Scope, UnitRef
from pa_units.contracts.watch import Before, Verdict, Watch
from pa_units.verbs.trial_watch import is_new, is_others

BEFORE = Before(digest="new", generation=3)


def entry(digest: str, generation: int) -> Installed:
    unit = UnitRef("bot.service", Scope.SYSTEM)
    return Installed("bot", digest, (unit,), True, "", generation=generation)


def test_whose_version_is_installed() -> None:
    cases = {
        "not written yet": (entry("old", 3), False, False),
        "not installed yet": (None, False, False),
        "ours": (entry("new", 4), True, False),
        "another command's": (entry("other", 5), False, True),
        "rolled back meanwhile": (entry("old", 2), False, True),
    }
    for name, (found, new, others) in cases.items():
        assert (is_new(found, BEFORE), is_others(found, BEFORE)) == (new, others), name


def test_the_same_document_installed_anew_is_ours() -> None:
    assert not is_new(entry("new", 3), BEFORE)
    assert is_new(entry("new", 1), Before(digest="new", generation=0))


def test_records_are_read_back() -> None:
    verdict = Verdict(
        kept=False,
        reasons={"bot": "exit code 1"},
        logs={"bot": ("one", "two")},
        back=("bot",),
        uninstalled=("web",),
        problem="eye is not up: x",
    )
    agents = {
        "bot": Before("d", 2, True, ("abc",), True),
        "web": Before("e", watched=False),
    }
    for watch in (Watch(12.5, agents), Watch(12.5, agents, verdict)):
        assert watches.decode(watches.encode(watch), "x") == watch
