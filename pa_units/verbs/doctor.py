"""`doctor`: is the host fit for agents?"""

from pa_units.contracts import due, ledger
from pa_units.diagnose import host
from pa_units.diagnose.host import HostEvidence
from pa_units.diagnose.host_checks import points
from pa_units.diagnose.point import Point
from pa_units.kit.errors import PaError
from pa_units.verbs.here import Here
from pa_units.write import session


def doctor(at: Here) -> tuple[Point, ...]:
    """Look at the host and at what pa has installed; raises nothing that a host can be."""
    return points(_with_state(at, host.look(at.places, at.env)))


def _with_state(at: Here, seen: HostEvidence) -> HostEvidence:
    try:
        agents = len(ledger.read(at.places).agents)
        left = session.is_interrupted(at.places, "") or due.read(at.places).is_left
    except PaError as error:
        return seen._replace(agents=None, trouble=error.message)
    return seen._replace(agents=agents, interrupted=left)
