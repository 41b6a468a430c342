"""The whole table."""

from collections.abc import Mapping
from types import MappingProxyType

from pa_units.compile.support.around import AROUND
from pa_units.compile.support.life import LIFE
from pa_units.compile.support.way import Row

TABLE: Mapping[str, Row] = MappingProxyType({**LIFE, **AROUND})
"""Path of a field in the canonical words of the spec, such as `logging.max_size` → its row."""
