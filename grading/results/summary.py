"""What `make` has made and where, for the person who ran it."""

from grading.classroom import ROOT, Classroom
from grading.release import BUNDLE
from grading.results.marks_table import marks_table


def summary(classroom: Classroom) -> str:
    """Tell where the book, the release, the marks and the feedback are, and what to do next."""
    made = str(classroom.directory).removeprefix(f"{ROOT}/")
    gradebook = classroom.place_of_the_gradebook().removeprefix(f"{ROOT}/")
    return f"""
The book          _build/html/index.html
For students      {made}/{BUNDLE}.zip, and as folders {made}/{BUNDLE}/
Sample class      {made}/submitted/, marks in {made}/marks.csv and {gradebook}
Feedback          {made}/feedback/<student>/<assignment>/<assignment>.html

Points, late penalties taken off; the reflections, 3 points each, wait for a human:

{marks_table(classroom)}

Next: make serve (read the book), make lab (do the assignments), make test (run every test)
"""
