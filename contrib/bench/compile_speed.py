"""How fast specs are read and compiled, beside PyYAML's C loader on the same text in the same run.

    .venv/bin/python contrib/bench/compile_speed.py [AGENTS…]

CPU time of the best of three runs, after imports. The spec is the example agent, repeated under
other names.
"""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import NamedTuple

import yaml

from pa_units.compile import assumed, packaging
from pa_units.compile.systemd.target import Source, compile_agents
from pa_units.contracts.refs import Scope
from pa_units.kit.collector import collector_paused
from pa_units.spec.canonical import sealed
from pa_units.spec.document import Document
from pa_units.spec.load import load

EXAMPLE = Path(__file__).parents[1] / "examples" / "trading-bot.yaml"
SIZES = (500, 2000, 10_000)
RUNS = 3
WANTED = 0.71
"""of the loader's rate: 1,500 agents a second where the loader does 2,120"""
LINEAR = 1.15
"""times what an agent costs among the fewest it may cost among the most"""


class Figures(NamedTuple):
    """CPU seconds for one size."""

    agents: int
    loader: float
    read: float
    compiled: float

    @property
    def ratio(self) -> float:
        """Our rate in units of the loader's."""
        return self.loader / (self.read + self.compiled)

    @property
    def each(self) -> float:
        """CPU seconds for one agent."""
        return (self.read + self.compiled) / self.agents


def spec(agents: int) -> bytes:
    """One file with so many agents; every name and log path is another one."""
    head, _, agent = EXAMPLE.read_text().partition("agents:\n")
    lines = re.sub(r"^#.*\n", "", agent, flags=re.MULTILINE)
    return (
        head
        + "agents:\n"
        + "".join(lines.replace("trading-bot", f"trading-bot-{number}") for number in range(agents))
    ).encode()


def best(action: Callable[[], object]) -> float:
    """CPU seconds of the fastest run."""
    taken = []
    for _ in range(RUNS):
        start = process_time()
        action()
        taken.append(process_time() - start)
    return min(taken)


def compile_all(document: Document) -> None:
    """What an install needs of its agents, as `pa_units.verbs.specs` does it, but for the facts of
    a host."""
    places = packaging.places_of(Scope.SYSTEM, packaging.Layout.HOST)
    host = assumed.host(assumed.Machine(257), places, "/usr/local/lib/pa/0")
    facts = assumed.facts(document.agents, host)
    with collector_paused():
        sources = [Source(agent, *sealed(agent)) for agent in document.agents]
        bundle = compile_agents(sources, facts)
    assert not bundle.errors, bundle.errors[:3]


def measure(agents: int) -> Figures:
    """The figures of one size. The loader comes first: with our agents in memory the collector
    would make it slower."""
    text = spec(agents)
    loader = best(lambda: yaml.load(text, yaml.CSafeLoader))
    read = best(lambda: load(text, "agents.yaml", base="/srv"))
    document = load(text, "agents.yaml", base="/srv")
    assert len(document.agents) == agents, document.problems[:3]
    return Figures(agents, loader, read, best(lambda: compile_all(document)))


def main(sizes: Sequence[int]) -> int:
    """Print one line for each size; 1 when a ratio is missed, or the cost is not linear."""
    print(f"{'agents':>7} {'loader':>9} {'read':>9} {'compile':>9} {'together':>9}   ratio")
    found = []
    for one in map(measure, sizes):
        rates = (one.loader, one.read, one.compiled, one.read + one.compiled)
        shown = " ".join(f"{one.agents / seconds:7.0f}/s" for seconds in rates)
        print(f"{one.agents:7} {shown}   {one.ratio:.2f}")
        found.append(one)
    growth = found[-1].each / found[0].each
    print(f"an agent among {found[-1].agents} costs {growth:.2f} of one among {found[0].agents}")
    return int(growth > LINEAR or any(one.ratio < WANTED for one in found))


if __name__ == "__main__":
    sys.exit(main([int(word) for word in sys.argv[1:]] or SIZES))
