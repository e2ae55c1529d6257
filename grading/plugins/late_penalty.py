"""The late policy: each day late, or part of one, costs a share of the points."""

import math

from nbgrader.plugins import BasePlugin
from traitlets import Float, Integer

SECONDS_PER_DAY = 24 * 60 * 60


class DailyLatePenalty(BasePlugin):
    """Takes off a share of the notebook's score for each day late; nbgrader records the penalty beside the score."""

    share_per_day = Float(0.1, help="Share of the score that each day late costs, from 0 to 1.").tag(config=True)
    grace_seconds = Integer(3600, help="Seconds after the due date that cost nothing.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """Return the points to take off, from 0 to `score`.

        Args:
            student_id: ignored, because the same policy applies to everybody.
            score: points of the notebook before the penalty.
            total_seconds_late: seconds from the due date to the hand-in.
        """
        if total_seconds_late <= self.grace_seconds:
            return 0.0
        days = math.ceil(total_seconds_late / SECONDS_PER_DAY)
        return score * min(1.0, days * self.share_per_day)
