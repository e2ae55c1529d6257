"""Rows of nbgrader's gradebook as plain data: what a worker needs to grade a submission, and what it changed.

nbgrader gives every row of a submission a random id. So rows that were made elsewhere fit in as they are, and in rows
that were there before, only what changed is written: a mark given by hand meanwhile stays.
"""

import pickle
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from nbgrader.api import Base
from sqlalchemy import Connection, Engine, insert, select, update

from grading.classroom import Submission

Rows = dict[str, list[dict[str, Any]]]

TABLES = Base.metadata.tables
AT_A_TIME = 50
OF_A_SUBMISSION = ("student", "submitted_assignment", "submitted_notebook", "grade", "comment")


class UnknownAssignment(LookupError):
    """The gradebook does not know an assignment; the message says what to do."""


def by_assignment(
    engine: Engine, submissions: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, bytes, Iterator[tuple[str, Rows]]]]:
    """Read what the gradebook has on submissions, some at a time, as it is asked for.

    Args:
        engine: of the gradebook.
        submissions: (student, assignment), those of an assignment together.

    Yields:
        Each assignment, its pickled rows, and for each of its submissions the student and the submission's rows.

    Raises:
        UnknownAssignment: one is not in the gradebook.
    """
    for assignment, group in groupby(submissions, key=itemgetter(1)):
        with engine.connect() as connection:
            rows = of_assignment(connection, assignment)
        yield assignment, pickle.dumps(rows), _some_at_a_time(engine, rows, (student for student, _ in group))


def _some_at_a_time(engine: Engine, assignment: Rows, students: Iterator[str]) -> Iterator[tuple[str, Rows]]:
    while batch := list(islice(students, AT_A_TIME)):
        with engine.connect() as connection:
            of_students = of_submissions(connection, assignment, batch)
        yield from of_students.items()


def of_assignment(connection: Connection, assignment: str) -> Rows:
    """Read what an assignment consists of: its notebooks and their cells, the due date, the course.

    Raises:
        UnknownAssignment: it is not in the gradebook.
    """
    rows = {"assignment": _rows(connection, "assignment", "name", [assignment])}
    if not rows["assignment"]:
        raise UnknownAssignment(f"the gradebook does not know {assignment!r}: python -m grading release.")
    rows["course"] = _rows(connection, "course", "id", [row["course_id"] for row in rows["assignment"]])
    rows["notebook"] = _rows(connection, "notebook", "assignment_id", _ids(rows["assignment"]))
    for table in ("base_cell", "source_cell"):
        rows[table] = _rows(connection, table, "notebook_id", _ids(rows["notebook"]))
    for table in ("grade_cells", "solution_cells", "task_cells"):
        rows[table] = _rows(connection, table, "id", _ids(rows["base_cell"]))
    return rows


def of_submissions(connection: Connection, assignment: Rows, students: Iterable[str]) -> dict[str, Rows]:
    """Read what the gradebook has on some students' submissions of an assignment.

    Args:
        connection: to the gradebook.
        assignment: as `of_assignment` gives it.
        students: ids.

    Returns:
        {student: rows}, with empty lists for a student who has nothing yet.
    """
    submissions: dict[str, Rows] = {student: {table: [] for table in OF_A_SUBMISSION} for student in students}
    for row in _rows(connection, "student", "id", list(submissions)):
        submissions[row["id"]]["student"].append(row)
    here = TABLES["submitted_assignment"].c.assignment_id.in_(_ids(assignment["assignment"]))
    owner = {}
    for row in _rows(connection, "submitted_assignment", "student_id", list(submissions), here):
        owner[row["id"]] = row["student_id"]
        submissions[row["student_id"]]["submitted_assignment"].append(row)
    # The indexes of this table and the next begin with the assignment's ids.
    there = TABLES["submitted_notebook"].c.notebook_id.in_(_ids(assignment["notebook"]))
    for row in _rows(connection, "submitted_notebook", "assignment_id", list(owner), there):
        owner[row["id"]] = owner[row["assignment_id"]]
        submissions[owner[row["id"]]]["submitted_notebook"].append(row)
    for table in ("grade", "comment"):
        cells = TABLES[table].c.cell_id.in_(_ids(assignment["base_cell"]))
        for row in _rows(connection, table, "notebook_id", list(owner), cells):
            submissions[owner[row["notebook_id"]]][table].append(row)
    return submissions


def marked_submissions(engine: Engine) -> set[Submission]:
    """Return every submission for which the gradebook has a mark."""
    submission, notebook, grade = (TABLES[name] for name in ("submitted_assignment", "submitted_notebook", "grade"))
    of_assignment = submission.c.assignment_id == TABLES["assignment"].c.id
    found = (
        select(submission.c.student_id, TABLES["assignment"].c.name)
        .join(TABLES["assignment"], of_assignment)
        .where(
            submission.c.id.in_(select(notebook.c.assignment_id).where(notebook.c.id.in_(select(grade.c.notebook_id))))
        )
    )
    with engine.connect() as connection:
        return {Submission(student, assignment) for student, assignment in connection.execute(found)}


def keep_confirmed(before: Rows, after: Rows) -> Rows:
    """Return the rows after a regrade, with marks by hand as confirmed as they were where no automatic mark changed.

    nbgrader asks for every mark by hand to be confirmed again.
    """
    known = {row["id"]: row for row in before["grade"]}
    return after | {"grade": [_as_confirmed_as(known.get(row["id"]), row) for row in after["grade"]]}


def _as_confirmed_as(before: dict[str, Any] | None, after: dict[str, Any]) -> dict[str, Any]:
    if before is None or before["manual_score"] is None or before["auto_score"] != after["auto_score"]:
        return after
    return after | {"needs_manual_grade": before["needs_manual_grade"]}


def read(connection: Connection) -> Rows:
    """Read all rows of submissions, from a gradebook that holds only one."""
    return {name: _dicts(connection.execute(select(TABLES[name]))) for name in OF_A_SUBMISSION}


def write(connection: Connection, rows: Rows) -> None:
    """Insert rows into an empty gradebook."""
    for table in Base.metadata.sorted_tables:
        if rows.get(table.name):
            connection.execute(insert(table), rows[table.name])


def delete(connection: Connection) -> None:
    """Delete all rows of submissions."""
    for name in reversed(OF_A_SUBMISSION):
        connection.execute(TABLES[name].delete())


def save(connection: Connection, changes: Iterable[tuple[Rows, Rows]]) -> None:
    """Write what grading changed.

    Args:
        connection: to the gradebook, in a transaction.
        changes: for each submission its rows before and after.
    """
    changes = list(changes)
    for name in OF_A_SUBMISSION:
        table = TABLES[name]
        new: dict[str, dict[str, Any]] = {}
        for before, after in changes:
            known = {row["id"]: row for row in before[name]}
            for row in after[name]:
                if row["id"] not in known:
                    new[row["id"]] = row
                    continue
                old = known[row["id"]]
                if changed := {key: value for key, value in row.items() if value != old[key]}:
                    connection.execute(update(table).where(table.c.id == row["id"]).values(changed))
        if name == "student":
            # Two submissions of a new student may be graded at the same time.
            for row in _rows(connection, name, "id", list(new)):
                del new[row["id"]]
        if new:
            connection.execute(insert(table), list(new.values()))


def _rows(connection: Connection, table: str, column: str, values: list[str], *conditions: Any) -> list[dict[str, Any]]:
    if not values:
        return []
    columns = TABLES[table].c
    return _dicts(connection.execute(select(TABLES[table]).where(columns[column].in_(values), *conditions)))


def _dicts(result: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in result.mappings()]


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in rows]
