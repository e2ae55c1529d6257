"""What the instructor runs: the questions, how they are marked, and the class they are marked for."""

from grading.hidden_test import leaves_untouched, mark, points

__all__ = ["leaves_untouched", "mark", "points"]
