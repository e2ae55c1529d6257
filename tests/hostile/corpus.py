"""Every hostile submission, by group."""

from tests.hostile import (
    browser,
    exhausting,
    files,
    malformed,
    neighbors,
    points,
    reading,
    rendering,
    wire,
    workers,
    writing,
)
from tests.hostile.attack import Attack

ATTACKS: list[Attack] = [
    *points.ATTACKS,
    *reading.ATTACKS,
    *writing.ATTACKS,
    *exhausting.ATTACKS,
    *malformed.ATTACKS,
    *browser.ATTACKS,
    *wire.ATTACKS,
    *rendering.ATTACKS,
    *files.ATTACKS,
    *workers.ATTACKS,
    *neighbors.ATTACKS,
]
# These aim at the grader itself, at its workers and at its next run.
AT_THE_GRADER = ("wire", "rendering", "files", "workers", "neighbors")
GROUPS = tuple(dict.fromkeys(attack.group for attack in ATTACKS))


def batches(attacks: list[Attack]) -> list[list[Attack]]:
    """Put together what can be tried together; what may stop others stands alone."""
    together = {group: [a for a in attacks if a.group == group and not a.alone] for group in GROUPS}
    return [*filter(None, together.values()), *([attack] for attack in attacks if attack.alone)]
