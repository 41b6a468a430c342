"""What the lines of a service manager tell of a unit's life."""

import pytest

from pa_units.journal.entries import Entry
from pa_units.journal.life import Moment, moment

BLANK = Entry(5, "x.service", b"", 6, 1, "systemd", "1" * 32, True, "", {})
EXITED = "98e322203f7a4ed290d09fe03c09fe15"
FAILED = "d9b373ed55a64feb8242e02dbe79a49c"
RESTARTING = "5eb03494b6584870a536b337290809b3"
STARTED = "39f53479d3a045ac8e11786248231fbf"


def told(message_id: str, **fields: str) -> Moment | None:
    return moment(BLANK._replace(fields={"MESSAGE_ID": message_id, **fields}))


def test_moments() -> None:
    started = Moment(5, "x.service", "started")
    assert told(STARTED, JOB_RESULT="done") == started
    assert told(STARTED, JOB_RESULT="failed") is None
    assert told(EXITED, EXIT_CODE="exited", EXIT_STATUS="3") == started._replace(
        what="exited", exit_code="exited", exit_status=3
    )
    assert told(RESTARTING, N_RESTARTS="2") == started._replace(what="restarting", restart=2)
    assert told(FAILED, UNIT_RESULT="oom-kill") == started._replace(
        what="failed", result="oom-kill"
    )
    given_up = BLANK._replace(message=b"x.service: Start request repeated too quickly.")
    assert moment(given_up) == started._replace(what="gave up")


@pytest.mark.parametrize(
    "entry",
    [
        BLANK,
        BLANK._replace(by_manager=False, fields={"MESSAGE_ID": STARTED}),
        BLANK._replace(by_manager=False, message=b"Start request repeated too quickly."),
        BLANK._replace(fields={"MESSAGE_ID": FAILED, "UNIT_RESULT": "exit-code"}),
    ],
)
def test_what_tells_nothing_new(entry: Entry) -> None:
    """Above all no line of the unit itself: it cannot write its own history."""
    assert moment(entry) is None
