"""A page on a class for its instructor: points, common mistakes, who is missing, what to look at, who wrote alike."""

from grading.results.report.page import write_report

__all__ = ["write_report"]
