"""The report: one self-contained page that plays lifted poses beside their 2D input."""

from canonpose.exporters.report.page import write_report

__all__ = ["write_report"]
