"""Note what the init system has been told."""

from pa_units.contracts import due
from pa_units.contracts.due import Due, Told
from pa_units.contracts.places import Places
from pa_units.kit import files
from pa_units.write import state
from pa_units.write.session import WAIT, session


def settle(
    places: Places, seen: Due, told: Told, at: float, root: str = "", wait: float = WAIT
) -> None:
    """Strike off what a command that had `seen` what was due has `told`; its reload was `at`.

    Nothing is forced to the disk: what a power cut brings back has been done by the boot as well,
    and at worst an agent is restarted once more.
    """
    with session(places, root, wait) as entered:
        known = entered.state
        left = due.left(known.due, seen, told, at)
        if left == known.due:
            return
        documents = state.documents(places, known._replace(due=left))
        for path in [path for path, data in documents.items() if data is None]:
            files.remove(path, root)
        if (data := documents[due.path_of(places)]) is not None:
            temp = files.temp_beside(due.path_of(places), "told")
            files.remove(temp, root)
            files.stage(temp, data, 0o644, root=root)
            files.rename(temp, due.path_of(places), root)
