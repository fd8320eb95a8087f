"""The paper's tables and figures, one training a row, on any of the data sets."""

from canonpose.reproduce.rows import Row
from canonpose.reproduce.study import Result, Study
from canonpose.reproduce.tables import TABLES, Table

__all__ = ["TABLES", "Result", "Row", "Study", "Table"]
