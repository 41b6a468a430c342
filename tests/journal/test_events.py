"""Restart history from the manager's lines, in the order that 252, 257 and 262 write them."""

from pa_units.contracts.refs import Scope
from pa_units.journal.entries import Entry
from pa_units.journal.events import Run, history, query
from pa_units.journal.read import arguments

EXITED = "98e322203f7a4ed290d09fe03c09fe15"
FAILED = "d9b373ed55a64feb8242e02dbe79a49c"
SUCCEEDED = "7ad2d189f7e94e70a38c781354912448"
RESTARTING = "5eb03494b6584870a536b337290809b3"
STARTING = "7d4958e842da4a758f6c1cdc7b36dcc5"
STOPPING = "de5b426a63be47a7b6ac3eaac82e2f6f"


def line(at: int, run: str, message_id: str = "", message: bytes = b"", **fields: str) -> Entry:
    if message_id:
        fields["MESSAGE_ID"] = message_id
    return Entry(at, "bot.service", message, 6, 1, "systemd", run, True, "", fields)


def crash(at: int, run: str) -> list[Entry]:
    return [
        line(at, run, STARTING),
        line(at + 1, run, EXITED, EXIT_CODE="exited", EXIT_STATUS="3"),
        line(at + 2, run, FAILED, UNIT_RESULT="exit-code"),
    ]


def test_crash_and_restart() -> None:
    lines = [*crash(10, "a"), line(20, "a", RESTARTING, N_RESTARTS="1"), line(21, "b", STARTING)]
    assert history(lines) == [
        Run("bot.service", "a", 10, 11, "exited", 3, "exit-code", restart=1),
        Run("bot.service", "b", 21),
    ]


def test_giving_up() -> None:
    last = line(20, "a", RESTARTING, N_RESTARTS="3")
    too_often = line(21, "a", message=b"bot.service: Start request repeated too quickly.")
    again = line(22, "a", FAILED, UNIT_RESULT="exit-code")
    limit = line(22, "a", FAILED, UNIT_RESULT="start-limit-hit")
    expected = [Run("bot.service", "a", 10, 11, "exited", 3, "exit-code", gave_up=True)]
    assert history([*crash(10, "a"), last, too_often, again]) == expected
    # 262 names the limit; a journal that was cut may lack one of the lines.
    assert history([*crash(10, "a"), last, limit]) == expected
    assert history([*crash(10, "a"), last, too_often]) == expected


def test_end_with_success_has_no_exit_line() -> None:
    assert history([line(10, "a", STARTING), line(12, "a", SUCCEEDED)]) == [
        Run("bot.service", "a", 10, 12, result="success")
    ]


def test_asked_to_stop() -> None:
    (run,) = history([line(10, "a", STARTING), line(12, "a", STOPPING), line(13, "a", SUCCEEDED)])
    assert (run.asked, run.ended_us) == (True, 13)


def test_killed_from_outside() -> None:
    killed = line(11, "a", EXITED, EXIT_CODE="killed", EXIT_STATUS="9")
    (run,) = history([line(10, "a", STARTING), killed, line(12, "a", FAILED, UNIT_RESULT="signal")])
    assert (run.exit_code, run.exit_status, run.result) == ("killed", 9, "signal")


def test_lines_of_agents_are_no_history() -> None:
    forged = line(10, "a", EXITED, EXIT_CODE="exited", EXIT_STATUS="0")._replace(by_manager=False)
    assert history([forged]) == []


def test_only_the_manager_is_asked() -> None:
    system = arguments(query(["a.service", "b.service"], Scope.SYSTEM, since="-1h"))
    assert system[-3:] == ["UNIT=a.service", "UNIT=b.service", "_PID=1"]
    assert "--since=-1h" in system
    user = arguments(query(["a.service"], Scope.USER))
    assert user[-2:] == ["USER_UNIT=a.service", "_SYSTEMD_USER_UNIT=init.scope"]
    assert "--user" in user
