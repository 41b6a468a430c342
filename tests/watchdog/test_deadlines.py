"""The heap of deadlines."""

from pa_units.watchdog.deadlines import TOGETHER_S, Deadlines, following, phase


def test_each_item_is_due_once_and_at_its_last_time() -> None:
    heap: Deadlines[str] = Deadlines()
    heap.put(5.0, "a")
    heap.put(1.0, "b")
    heap.put(2.0, "a")
    heap.put(3.0, "c")
    heap.drop("c")
    assert heap.next == 1.0
    assert list(heap.due(4.0)) == [(1.0, "b"), (2.0, "a")]
    assert heap.next is None and list(heap.due(9.0)) == []


def test_what_is_due_in_a_moment_comes_too() -> None:
    heap: Deadlines[str] = Deadlines()
    heap.put(1.0, "a")
    heap.put(1.0 + TOGETHER_S * 0.9, "b")
    heap.put(1.0 + TOGETHER_S * 1.1, "c")
    assert [item for _, item in heap.due(1.0)] == ["a", "b"]


def test_the_rhythm_is_from_start_to_start_and_makes_up_for_nothing() -> None:
    assert following(10.0, 2.0, 10.5) == 12.0
    assert following(10.0, 2.0, 9.995) == 12.0  # taken a moment early
    assert following(10.0, 2.0, 12.5) == 12.5
    assert following(10.0, 2.0, 99.0) == 99.0


def test_a_thousand_services_are_spread() -> None:
    share = [0] * 10
    for number in range(1000):
        share[int(phase(f"agent-{number}.service") * 10)] += 1
    assert min(share) > 50
