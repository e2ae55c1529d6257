"""An assignment goes to a student as a notebook, and comes back as marks and words; no answer goes with it."""

from pathlib import Path

import nbformat
from acting import Instructor, Student, picture
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, expect

from screenshots.serving import Lab
from tests.released import ASSIGNMENT, REFLECTION, answered, find

COMMENT = "Well seen. Which learning rate would your colleague need?"


def test_an_assignment_goes_there_and_back(student: Lab, instructor: Lab) -> None:
    ada = Student(student.open())
    ada.fetch(ASSIGNMENT)
    assert "NotImplementedError" in ada.validate()

    rest = ada.cell("def initialize_velocity(")
    ada.write_line(rest, 'return {"d" + name: np.ones_like(value) for name, value in parameters.items()}')
    ada.run_all()
    checked = ada.cell("velocity = initialize_velocity(parameters)")
    expect(checked.locator(".jp-OutputArea")).to_have_text(
        "✗ the velocity of W1: it starts at ones; it starts at rest, with zeros."
    )
    checked.locator(".jp-OutputArea").scroll_into_view_if_needed()
    picture(ada.page, "mistake")
    assert "it starts at ones; it starts at rest, with zeros" in ada.validate()

    # The visible checks know a network of two layers, hidden tests others.
    ada.write_line(rest, 'return {"d" + name: np.zeros_like(parameters[name]) for name in list(parameters)[:4]}')
    for name in ("update_with_momentum", "update_with_nesterov"):
        ada.write(ada.cell(f"def {name}("), find(answered(), name).source)
    ada.write(ada.cell("YOUR ANSWER HERE"), REFLECTION)
    ada.run_all()
    expect(ada.cell("valley = Valley").locator("img")).to_be_visible()
    expect(ada.notebook.locator(".jp-OutputArea [data-mime-type$=stderr]")).to_have_count(0)
    picture(ada.page, "worked")
    assert "Success" in ada.validate()
    ada.submit(ASSIGNMENT)

    grace = Instructor(instructor.open())
    grace.press(ASSIGNMENT, "collect")
    grace.row(ASSIGNMENT).locator(".num-submissions a").click()
    grace.press("student", "autograde")
    expect(grace.row("student").locator(".status")).to_have_text("needs manual grading")
    expect(grace.row("student").locator(".score")).to_have_text("9 / 14")
    picture(grace.page, "graded")
    grace.go_to("Manual Grading", ASSIGNMENT, ASSIGNMENT, "Submission #1")
    expect(grace.formgrader.locator("math").first).to_be_visible()
    grace.give("reflection", "2", COMMENT)
    picture(grace.page, "marked")
    grace.go_to("Manual Grading", "Manage Assignments")
    expect(grace.row(ASSIGNMENT).locator(".num-submissions")).to_have_text("1")
    grace.press(ASSIGNMENT, "generate-feedback")
    grace.press(ASSIGNMENT, "release-feedback")

    feedback = ada.fetch_feedback(ASSIGNMENT)
    expect(feedback.get_by_text(COMMENT)).to_be_visible()
    expect(feedback.get_by_text("(Score: 11.0 / 14.0)")).to_be_visible()
    expect(feedback.locator("math").first).to_be_visible()
    feedback.get_by_text(COMMENT).scroll_into_view_if_needed()
    picture(ada.page, "comment")


def test_a_student_finds_the_course_and_neither_answers_nor_formgrader(
    course: Path, student: Lab, instructor: Lab, browser: Browser
) -> None:
    imports = [f"import {name}" for name in ("course", "solutions", "grading")]
    cells = [new_code_cell(source) for source in ("import sys; sys.path.insert(0, '..')", *imports)]
    peek = course / "_class" / "desk" / "peek" / "peek.ipynb"
    peek.parent.mkdir(parents=True)
    nbformat.write(new_notebook(cells=cells), peek)
    with browser.new_context() as context:
        validated = context.request.post(student.address("assignments/validate"), form={"path": "peek/peek.ipynb"})
        failed = {cell["source"]: cell["raw_error"] for cell in validated.json()["value"].get("failed", [])}
        assert context.request.get(student.address("formgrader/")).status == 404
        assert context.request.get(instructor.address("formgrader/")).status == 200
    assert list(failed) == ["import solutions", "import grading"]
    assert all("No module named" in error for error in failed.values())
