"""Loading costs no more than PyYAML alone, and ten times the agents ten times the time.

Both are ratios of processor time in one run: the machine may be slow or busy.
"""

import sys
import time
from collections.abc import Callable

import pytest
import yaml
from loading import DOCUMENTS, document

HEAD, BODY = (DOCUMENTS / "trading-bot.yaml").read_text().split("agents:\n")


def copies(count: int) -> bytes:
    bodies = (BODY.replace("trading-bot", f"trading-bot-{number}") for number in range(count))
    return (HEAD + "agents:\n" + "".join(bodies)).encode()


def cost(work: Callable[[], object], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        before = time.process_time()
        work()
        best = min(best, time.process_time() - before)
    return best


pytestmark = pytest.mark.skipif(sys.gettrace() is not None, reason="coverage slows one side only")


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML without libyaml")
def test_loading_is_faster_than_the_generic_loader() -> None:
    data = copies(200)
    generic = cost(lambda: yaml.load(data, Loader=yaml.CSafeLoader), 4)
    ours = cost(lambda: document(data), 4)
    assert len(document(data).agents) == 200
    assert ours < generic, f"{ours / generic:.2f} of the generic loader"


def test_cost_is_linear() -> None:
    few, many = copies(60), copies(600)
    document(few)
    ratio = cost(lambda: document(many), 3) / cost(lambda: document(few), 3)
    assert ratio < 20, f"ten times the agents cost {ratio:.1f} times as much"
