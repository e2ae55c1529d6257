"""What `make` has made and where, for the person who ran it."""

from grading.classroom import ROOT, Classroom
from grading.release import BUNDLE
from grading.results.marks_table import format_marks, read_unmarked


def summary(classroom: Classroom) -> str:
    """Return where the book, the release, the marks and the feedback are, and what to do next."""
    made = str(classroom.directory).removeprefix(f"{ROOT}/")
    gradebook = classroom.place_of_the_gradebook().removeprefix(f"{ROOT}/")
    return f"""
The book          _build/html/index.html
For students      {made}/{BUNDLE}.zip, and as folders {made}/{BUNDLE}/
Sample class      {made}/submitted/, marks in {made}/marks.csv and {gradebook}
Feedback          {made}/feedback/<student>/<assignment>/<assignment>.html

Points after late penalties. Still to be marked by hand: {_unmarked(classroom)}.

{format_marks(classroom)}

Next: make serve (read the book), make lab (do the assignments), make test (run every test)
"""


def _unmarked(classroom: Classroom) -> str:
    """Say what is still to be marked by hand, such as "67 × reflection (3 points each)"."""
    cells = read_unmarked(classroom).items()
    return ", ".join(f"{number} × {name} ({most:g} points each)" for (name, most), number in cells) or "nothing"
