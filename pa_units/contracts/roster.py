"""Who is installed, from the ledger: for answers that must not take long. `ledger.py` gives the
whole rows, and takes twice as long to import and to read."""

from pa_units.contracts import codec
from pa_units.contracts.drivers import SYSTEMD
from pa_units.kit import files

SCHEMA = "pa.ledger/1"


class Entry:
    """One installed agent."""

    __slots__ = ("driver", "is_plain", "labels", "unit")

    def __init__(self, unit: str, labels: dict[str, str], is_plain: bool, driver: str) -> None:
        self.unit = unit
        """its main unit"""
        self.labels = labels
        self.is_plain = is_plain
        """one service, and nothing else is started or looked at"""
        self.driver = driver


def path(state: str) -> str:
    """Where the ledger stands below a state directory."""
    return f"{state}/ledger.json"


def rows(state: str, root: str = "") -> dict[str, dict[str, object]]:
    """Return the rows of the ledger by name; an absent one is empty.

    Raises PaError when it is damaged or of a later major version.
    """
    data = files.read_if_present(path(state), root)
    return {} if data is None else decode(data, path(state))


def decode(data: bytes, where: str) -> dict[str, dict[str, object]]:
    """Return the rows of a ledger's bytes, read from the file `where`."""
    agents = codec.mapping(codec.decode(data, SCHEMA, where).get("agents"))
    return {name: codec.mapping(row) for name, row in agents.items()}


def read(state: str) -> dict[str, Entry]:
    """Return who is installed, by name. Raises what `rows` raises."""
    return {name: _entry(row) for name, row in rows(state).items()}


def _entry(row: dict[str, object]) -> Entry:
    units = codec.texts(row.get("units"))
    special = row.get("starts") or row.get("runs")
    driver = codec.text(row.get("driver"), SYSTEMD)
    return Entry(units[0] if units else "", codec.table(row.get("labels")), not special, driver)
