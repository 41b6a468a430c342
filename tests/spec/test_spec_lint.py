"""Every rule finds its trap, and keeps quiet about the same spec without it."""

import pytest
from loading import codes, document, rendered
from spec_traps import TRAPS

from pa_units.spec import lint


# code, severity, message of the finding, the spec with the trap, and one that is fine
@pytest.mark.parametrize(("code", "message", "trap", "fine"), TRAPS)
def test_rule(code: str, message: str, trap: str, fine: str) -> None:
    found = document(trap).problems
    assert (code, message) in [(problem.code, problem.message) for problem in found], found
    assert code not in codes(fine), rendered(document(fine))


def test_every_rule_is_tested() -> None:
    named = {rule.code for rule in (*lint.RULES, *lint.WHOLE)}
    assert named <= {code for code, *_ in TRAPS}


def test_every_rule_says_who_was_bitten() -> None:
    assert all(rule.evidence for rule in (*lint.RULES, *lint.WHOLE))


def test_two_cycles_are_both_named() -> None:
    text = "agents:\n" + "".join(
        f"  {name}: {{cmd: {name}, depends_on: [{other}]}}\n"
        for name, other in ("ab", "ba", "cd", "de", "ec")
    )
    messages = [problem.message for problem in document(text).problems]
    assert messages == ["dependency cycle: a → b → a", "dependency cycle: c → d → e → c"]
