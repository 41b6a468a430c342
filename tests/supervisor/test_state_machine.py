"""The state machine as tables: events in, states and effects out."""

import pytest
from unit_story import Story, command, plan, run

from pa_units.contracts.run_plan import Command, Exits, Need
from pa_units.contracts.run_state import EXITED, KILLED, UNKNOWN, Unit
from pa_units.contracts.status import State
from pa_units.supervisor import state_machine
from pa_units.supervisor.events import (
    Await,
    Due,
    Ended,
    EndHelper,
    FindDaemon,
    Found,
    Freeze,
    HelperEnded,
    KillLeftovers,
    LeftoversGone,
    NotFound,
    Pause,
    Ready,
    Refused,
    Reload,
    Reset,
    Restart,
    Resume,
    Signal,
    Spawned,
    Start,
    StartCommand,
    StartMain,
    Stop,
    Thaw,
)
from pa_units.supervisor.phases import KILL_TRIES

TERM = Signal(15)
DIED = Ended(KILLED, 9)
FAILED = Ended(EXITED, 1)
OK = HelperEnded(EXITED, 0)
BAD = HelperEnded(EXITED, 3)


def running(**changes: object) -> Story:
    story = Story(plan(**changes))
    story.on(Start(), Spawned(7, 70))
    assert story.seen == ("running", "")
    return story


def test_start_and_stop() -> None:
    run(
        Story(plan()),
        [
            (Start(), ("starting", "main"), (StartMain(),)),
            (Spawned(7, 70), ("running", ""), ()),
            (Stop(), ("stopping", "term"), (TERM,)),
            (Ended(KILLED, 15), ("stopped", ""), ()),
        ],
    )


def test_crash_restart_crash() -> None:
    story = running()
    run(
        story,
        [
            (DIED, ("restarting", ""), ()),
            (Due(), ("starting", "main"), (StartMain(),)),
            (Spawned(8, 80), ("running", ""), ()),
            (FAILED, ("restarting", ""), ()),
        ],
    )
    assert story.unit.restarts == 1
    assert story.due_in == 2.0


def test_delays_grow_to_the_longest() -> None:
    story = running(first_delay=1000, longest_delay=5000, multiplier=2.0)
    seen = []
    for _ in range(5):
        story.on(DIED)
        seen.append(story.due_in)
        story.on(Due(), Spawned(8, 80), after=story.due_in)
    assert seen == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_a_huge_count_does_not_overflow() -> None:
    story = Story(plan(multiplier=1000.0), state=State.RUNNING, wanted=True, restarts=10**6)
    story.on(DIED)
    assert story.due_in == 60.0


def test_gives_up_after_the_budget() -> None:
    story = running(max_restarts=2)
    for _ in range(2):
        story.on(DIED)
        assert story.unit.state is State.RESTARTING
        story.on(Due(), Spawned(8, 80))
    story.on(DIED)
    assert story.seen == ("failed", "")
    assert (story.unit.restarts, story.unit.result, story.due_in) == (2, "signal", 0.0)


@pytest.mark.parametrize("most", [0])
def test_no_restarts_at_all(most: int) -> None:
    story = running(max_restarts=most)
    story.on(DIED)
    assert story.unit.state is State.FAILED


def test_a_start_by_hand_has_the_whole_budget() -> None:
    story = running(max_restarts=1)
    story.on(DIED, Due(), Spawned(8, 80), DIED)
    assert story.unit.state is State.FAILED
    story.on(Start(), Spawned(9, 90), DIED)
    assert story.unit.state is State.RESTARTING


def test_stability_forgets_the_count() -> None:
    story = running(reset_after=5000)
    assert story.due_in == 0.0, "nothing to forget, so nothing is due"
    story.on(DIED)
    story.on(Due(), Spawned(8, 80), after=1)
    assert story.due_in == 5.0
    story.on(Due(), after=5)
    assert (story.unit.restarts, story.due_in) == (0, 0.0)
    story.on(DIED)
    assert story.due_in == 1.0


def test_the_budget_counts_within_its_window() -> None:
    story = running(max_restarts=1, restart_window=10_000)
    story.on(DIED)
    story.on(Due(), Spawned(8, 80), after=1)
    story.on(DIED, after=20)
    assert story.unit.state is State.RESTARTING, "the window has passed"
    story.on(Due(), Spawned(9, 90), after=4)
    story.on(DIED, after=1)
    assert story.unit.state is State.FAILED


@pytest.mark.parametrize(
    ("policy", "end", "state"),
    [
        ("on-failure", Ended(EXITED, 0), State.STOPPED),
        ("on-failure", Ended(EXITED, 1), State.RESTARTING),
        ("on-failure", Ended(KILLED, 9), State.RESTARTING),
        ("on-failure", Ended(KILLED, 15), State.STOPPED),
        ("on-failure", Ended(UNKNOWN, 0), State.RESTARTING),
        ("always", Ended(EXITED, 0), State.RESTARTING),
        ("always", Ended(KILLED, 15), State.RESTARTING),
        ("never", Ended(EXITED, 0), State.STOPPED),
        ("never", Ended(EXITED, 1), State.FAILED),
    ],
)
def test_policies(policy: str, end: Ended, state: State) -> None:
    story = running(policy=policy)
    story.on(end)
    assert story.unit.state is state


@pytest.mark.parametrize(
    ("changes", "end", "state"),
    [
        ({"success": Exits((3,))}, Ended(EXITED, 3), State.STOPPED),
        ({"success": Exits((), (9,))}, Ended(KILLED, 9), State.STOPPED),
        ({"no_restart": Exits((4,))}, Ended(EXITED, 4), State.FAILED),
        ({"no_restart": Exits((), (9,))}, Ended(KILLED, 9), State.FAILED),
        ({"no_restart": Exits((0,))}, Ended(UNKNOWN, 0), State.RESTARTING),
        ({"force_restart": Exits((), (1,))}, Ended(KILLED, 1), State.RESTARTING),
    ],
)
def test_exit_codes(changes: dict[str, Exits], end: Ended, state: State) -> None:
    story = running(**changes)
    story.on(end)
    assert story.unit.state is state


def test_an_unknown_exit_is_shown_as_such() -> None:
    story = running()
    story.on(Ended(UNKNOWN, 0))
    assert story.unit.result == "exit unknown"


def test_what_is_left_goes_before_the_restart() -> None:
    run(
        running(),
        [
            (Ended(KILLED, 9, leftovers=True), ("stopping", "kill"), (KillLeftovers(),)),
            (LeftoversGone(), ("restarting", ""), ()),
        ],
    )


def test_a_stubborn_process_is_killed_after_the_grace() -> None:
    story = running(stop_timeout=3000)
    story.on(Stop())
    assert story.due_in == 3.0
    assert story.on(Due(), after=3) == (KillLeftovers(),)
    story.on(DIED, LeftoversGone())
    assert story.seen == ("stopped", "")
    assert story.unit.result == "timeout"


def test_what_cannot_be_killed_is_told_in_the_end() -> None:
    story = running()
    story.on(Stop(), Due())
    for _ in range(KILL_TRIES):
        assert story.on(Due(), after=1) == (KillLeftovers(),)
    story.on(Due(), after=1)
    assert story.seen == ("failed", "")
    assert "cannot be killed" in story.unit.words


def test_restart_by_hand() -> None:
    story = running(max_restarts=1)
    story.on(DIED, Due(), Spawned(8, 80))
    run(
        story,
        [
            (Restart(), ("stopping", "term"), (TERM,)),
            (Ended(KILLED, 15), ("starting", "main"), (StartMain(),)),
            (Spawned(9, 90), ("running", ""), ()),
        ],
    )
    assert story.unit.restarts == 0


def test_a_stop_during_a_restart_wins() -> None:
    story = running()
    story.on(Restart(), Stop(), Ended(KILLED, 15))
    assert story.seen == ("stopped", "")


def test_a_start_during_a_stop_follows_it() -> None:
    story = running()
    story.on(Stop(), Start())
    assert story.on(Ended(KILLED, 15)) == (StartMain(),)


def test_a_stop_in_the_wait_for_a_restart() -> None:
    story = running()
    story.on(DIED, Stop())
    assert story.seen == ("stopped", "")
    assert (story.unit.wanted, story.due_in) == (False, 0.0)
    assert story.on(Due()) == (), "a timer that is late does nothing"


def test_a_start_in_the_wait_for_a_restart_does_not_wait() -> None:
    story = running()
    story.on(DIED)
    assert story.on(Start()) == (StartMain(),)


def test_hooks_in_their_order() -> None:
    pre, post, before, after = (command(name) for name in ("pre", "post", "before", "after"))
    story = Story(
        plan(pre_start=(pre,), post_start=(post,), pre_stop=(before,), post_stop=(after,))
    )
    run(
        story,
        [
            (Start(), ("starting", "pre-start"), (StartCommand(pre),)),
            (Spawned(5, 50), ("starting", "pre-start"), ()),
            (OK, ("starting", "main"), (StartMain(),)),
            (Spawned(7, 70), ("starting", "post-start"), (StartCommand(post),)),
            (Spawned(6, 60), ("starting", "post-start"), ()),
            (OK, ("running", ""), ()),
            (Stop(), ("stopping", "pre-stop"), (StartCommand(before),)),
            (Spawned(4, 40), ("stopping", "pre-stop"), ()),
            (BAD, ("stopping", "term"), (TERM,)),
            (Ended(KILLED, 15), ("stopping", "post-stop"), (StartCommand(after),)),
            (Spawned(3, 30), ("stopping", "post-stop"), ()),
            (BAD, ("stopped", ""), ()),
        ],
    )


def test_several_hooks_run_one_after_the_other() -> None:
    one, two = command("one"), command("two")
    story = Story(plan(pre_start=(one, two)))
    assert story.on(Start()) == (StartCommand(one),)
    assert story.on(Spawned(5, 50), OK) == (StartCommand(two),)
    assert story.on(Spawned(6, 60), OK) == (StartMain(),)


def test_a_failed_hook_prevents_the_start() -> None:
    story = Story(plan(pre_start=(command("pre"),)))
    story.on(Start(), Spawned(5, 50), BAD)
    assert story.unit.state is State.RESTARTING
    assert story.unit.words == "pre-start: exit code 3"


def test_a_failed_hook_after_the_start_takes_the_agent_down() -> None:
    story = Story(plan(post_start=(command("post"),), pre_stop=(command("before"),)))
    story.on(Start(), Spawned(7, 70), Spawned(5, 50))
    assert story.on(BAD) == (TERM,), "hooks of a stop by hand are not for this"
    story.on(Ended(KILLED, 15))
    assert story.unit.state is State.RESTARTING
    assert story.unit.result == "exit-code"


def test_a_hook_that_takes_too_long_is_ended() -> None:
    story = running(pre_stop=(command("before"),), stop_timeout=2000)
    story.on(Stop(), Spawned(5, 50))
    assert story.on(Due(), after=2) == (EndHelper(5), TERM)


def test_a_start_that_takes_too_long() -> None:
    story = Story(plan(type="oneshot", start_timeout=4000))
    story.on(Start(), Spawned(7, 70))
    assert story.due_in == 4.0
    assert story.on(Due(), after=4) == (TERM,)
    story.on(Ended(EXITED, 0))
    assert story.unit.state is State.RESTARTING
    assert (story.unit.result, story.unit.words) == ("timeout", "the start took too long")


def test_a_oneshot_is_done_and_not_run_again() -> None:
    story = Story(plan(type="oneshot", policy="always", start_timeout=0))
    story.on(Start(), Spawned(7, 70))
    assert story.due_in == 0.0
    assert story.on(Ended(EXITED, 0)) == (KillLeftovers(),)
    story.on(LeftoversGone())
    assert story.seen == ("stopped", "")
    assert (story.unit.result, story.unit.code) == ("success", EXITED)


def test_a_forking_agent() -> None:
    run(
        Story(plan(type="forking")),
        [
            (Start(), ("starting", "main"), (StartMain(),)),
            (Spawned(7, 70), ("starting", "main"), ()),
            (Ended(EXITED, 0, leftovers=True), ("starting", "main"), (FindDaemon(),)),
            (Found(9, 90), ("running", ""), ()),
            (Ended(KILLED, 9), ("restarting", ""), ()),
        ],
    )


def test_a_forking_agent_that_leaves_nothing() -> None:
    story = Story(plan(type="forking"))
    story.on(Start(), Spawned(7, 70), Ended(EXITED, 0), NotFound("it left no process"))
    story.on(LeftoversGone())
    assert story.unit.state is State.RESTARTING
    assert story.unit.words == "it left no process"


def test_stop_command_instead_of_the_signal() -> None:
    quit_it = command("quit")
    story = running(stop_command=quit_it, stop_timeout=5000)
    run(
        story,
        [
            (Stop(), ("stopping", "stop-command"), (StartCommand(quit_it),)),
            (Spawned(5, 50), ("stopping", "stop-command"), ()),
            (OK, ("stopping", "leave"), ()),
        ],
    )
    assert story.on(Due(), after=5) == (KillLeftovers(),)


def test_a_failed_stop_command_is_followed_by_the_signal() -> None:
    story = running(stop_command=command("quit"))
    story.on(Stop(), Spawned(5, 50))
    assert story.on(BAD) == (TERM,)


def test_reload() -> None:
    anew = command("anew")
    story = running(reload_command=anew)
    run(
        story,
        [
            (Reload(), ("running", "reload"), (StartCommand(anew),)),
            (Spawned(5, 50), ("running", "reload"), ()),
            (BAD, ("running", ""), ()),
        ],
    )
    assert story.unit.words == "reload: exit code 3"
    assert story.unit.pid == 7


def test_reload_by_signal() -> None:
    assert running(reload_signal=1).on(Reload()) == (Signal(1),)


def test_a_crash_during_a_reload() -> None:
    story = running(reload_command=command("anew"))
    story.on(Reload(), Spawned(5, 50))
    assert story.on(DIED) == (KillLeftovers(),), "the reload command goes too"


def test_pause_and_resume() -> None:
    run(
        running(),
        [
            (Pause(), ("paused", ""), (Freeze(),)),
            (Start(), ("paused", ""), ()),
            (Resume(), ("running", ""), (Thaw(),)),
            (Pause(), ("paused", ""), (Freeze(),)),
            (Stop(), ("stopping", "term"), (Thaw(), TERM)),
        ],
    )


def test_a_program_that_is_not_there() -> None:
    story = Story(plan())
    story.on(Start(), Refused(203, "cannot execute /bin/agent: no such file"))
    assert story.unit.state is State.RESTARTING
    assert (story.unit.code, story.unit.status) == (EXITED, 203)
    assert story.unit.words == "cannot execute /bin/agent: no such file"


def test_waits_for_others() -> None:
    run(
        Story(plan(needs=(Need("db"),))),
        [
            (Start(), ("starting", "waits"), (Await(),)),
            (Ready(), ("starting", "main"), (StartMain(),)),
        ],
    )


def test_a_stop_while_it_waits_for_others() -> None:
    story = Story(plan(needs=(Need("db"),)))
    story.on(Start(), Stop())
    assert story.seen == ("stopped", "")


def test_each_restart_waits_for_others() -> None:
    story = Story(plan(needs=(Need("db"),)))
    story.on(Start(), Ready(), Spawned(7, 70), DIED)
    assert story.on(Due()) == (Await(),)


def test_reset_forgets_a_failure() -> None:
    story = running(max_restarts=0)
    story.on(DIED, Reset())
    assert story.seen == ("stopped", "")
    assert story.unit.result == "success"


def test_reset_of_a_running_one_clears_the_count() -> None:
    story = running()
    story.on(DIED, Due(), Spawned(8, 80), Reset())
    assert (story.unit.restarts, story.due_in, story.unit.state) == (0, 0.0, State.RUNNING)


def test_the_signal_goes_to_all_behind_a_shell() -> None:
    assert running(signal_all=True).on(Stop()) == (Signal(15, everyone=True),)


def test_a_late_report_of_a_start_changes_nothing() -> None:
    story = Story(plan())
    story.on(Start(), Stop(), LeftoversGone())
    assert story.seen == ("stopped", "")
    assert story.on(Spawned(7, 70)) == ()
    assert story.unit.pid == 0


@pytest.mark.parametrize(
    ("request_", "unit", "words"),
    [
        (Reload, Unit(), "it is not running"),
        (Reload, Unit(state=State.RUNNING), "its spec has neither"),
        (Pause, Unit(state=State.STOPPED), "it is not running"),
        (Resume, Unit(state=State.RUNNING), "it is not paused"),
        (Pause, Unit(state=State.RUNNING), ""),
        (Start, Unit(), ""),
    ],
)
def test_objections(request_: type, unit: Unit, words: str) -> None:
    found = state_machine.objection(plan(), unit, request_)
    assert found.startswith(words) if words else not found


def test_since_changes_with_the_state_alone() -> None:
    story = running()
    since = story.unit.since_us
    story.on(Reset(), after=5)
    assert story.unit.since_us == since
    story.on(DIED, after=5)
    assert story.unit.since_us == since + 10_000_000


def test_command_is_plain_data() -> None:
    assert Command("/bin/x", ("x",)) == command("x")
