"""How fast things are here, beside how fast this machine could do their arithmetic."""

from canonpose.benchmarking.figures import Figure, Report, read_report, table_of
from canonpose.benchmarking.machine import Machine, this_machine
from canonpose.benchmarking.race import race
from canonpose.benchmarking.timing import Timing, measure

__all__ = [
    "Figure",
    "Machine",
    "Report",
    "Timing",
    "measure",
    "race",
    "read_report",
    "table_of",
    "this_machine",
]
