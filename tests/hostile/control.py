"""The whole corpus against stock nbgrader, or against this project's grading: `python -m tests.hostile.control stock`.

A table of what succeeded. Takes about half an hour. What would harm the machine is not tried on stock nbgrader, which
sets no limits; what is tried runs in a scratch class with bounded memory and file size, and is stopped at the end.
"""

import argparse
import tempfile
from pathlib import Path

from tests.hostile.corpus import AT_THE_GRADER, ATTACKS, GROUPS, batches
from tests.hostile.look import look
from tests.hostile.scene import Scene

SECONDS_A_SUBMISSION = 40


def main() -> None:
    """Try the chosen groups and print a line an attack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("grading", choices=["stock", "ours"])
    parser.add_argument("groups", nargs="*", default=GROUPS)
    asked = parser.parse_args()
    stock = asked.grading == "stock"
    # What stock nbgrader has no name for: workers, and a next run.
    left_out = AT_THE_GRADER if stock else ()
    attacks = [attack for attack in ATTACKS if attack.group in asked.groups and attack.group not in left_out]
    for attack in attacks:
        if stock and attack.harmful:
            print(f"{attack.group:12} {attack.name:55} not tried")
    tried = [attack for attack in attacks if not (stock and attack.harmful)]
    won = 0
    with tempfile.TemporaryDirectory() as folder, Scene(Path(folder) / "scene", stock) as scene:
        for batch in batches(tried):
            seconds = max(200, SECONDS_A_SUBMISSION * len(batch))
            shown = look if batch[0].group == "browser" else None
            by_workers = batch[0].group in AT_THE_GRADER
            for attack, succeeded in scene.attempt(batch, seconds, shown, by_workers).items():
                won += succeeded
                print(f"{attack.group:12} {attack.name:55} {'succeeds' if succeeded else '-'}", flush=True)
    print(f"{won} of {len(tried)} succeed")


if __name__ == "__main__":
    main()
