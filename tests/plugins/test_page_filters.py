"""Students' text on both of nbgrader's pages: as nbgrader_config.py has them made, feedback and formgrader."""

from pathlib import Path
from time import process_time

import nbgrader.server_extensions.formgrader as formgrader
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.apps import NbGrader

from grading.classroom import ROOT
from grading.intake import limits
from grading.intake.markdown import as_written, safe_markdown
from grading.plugins import page_filters
from grading.plugins.feedback import FeedbackExporter

BOOTSTRAP = Path(formgrader.__file__).parent / "static" / "node_modules" / "bootstrap" / "dist" / "css"
RESOURCES = {
    "nbgrader": {"notebook": "n", "score": 1.0, "max_score": 2.0, "late_penalty": 0.0},
    **dict.fromkeys(("assignment_id", "notebook_id", "submission_id", "base_url", "student", "last_name"), "x"),
    **dict.fromkeys(("first_name", "notebook_path"), "x"),
    "index": 0,
    "total": 1,
}


@pytest.fixture(params=["feedback", "formgrader"])
def make_page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(ROOT)
    application = NbGrader()
    application.load_config_file()
    config = application.config
    config.HTMLExporter.template_name = "feedback" if request.param == "feedback" else "formgrade"
    config.HTMLExporter.extra_template_paths = [str(BOOTSTRAP)]
    kind = FeedbackExporter if request.param == "feedback" else HTMLExporter

    def make(*cells: NotebookNode) -> str:
        # A page begins with styles of its own, which are of no concern here.
        page, _ = kind(config=config).from_notebook_node(new_notebook(cells=list(cells)), dict(RESOURCES))
        return page.partition("</head>")[2]

    return make


def test_markdown_does_not_act(make_page) -> None:
    page = make_page(new_markdown_cell("*a* <script>alert('of the student')</script>"))
    assert "<em>a</em>" in page
    assert "&lt;script&gt;alert('of the student')" in page
    assert "<script>alert('of the student')" not in page


def test_a_comment_does_not_act(make_page) -> None:
    metadata = {"nbgrader": {"solution": True, "grade": False, "grade_id": "a", "comment": "*well* <script>x"}}
    page = make_page(new_markdown_cell("a", metadata=metadata))
    assert "<script>x" not in page
    # In formgrader, comments are loaded into a form.
    assert "<em>well</em> &lt;script&gt;x" in page or "Comments:" not in page


def test_code_has_the_colors_of_python(make_page) -> None:
    assert '<span class="k">def</span>' in make_page(new_code_cell("def f(): return 1"))


@pytest.mark.parametrize("magic", ["%%perl", "%%html", "%%bash", "%%latex", "%%ruby", "%%R"])
def test_no_magic_chooses_another_language(make_page, magic: str) -> None:
    assert '<span class="k">def</span>' in make_page(new_code_cell(f"{magic}\ndef f(): return 1"))


SLOW = {
    "a lexer": new_markdown_cell('```chapel\n"' + "\\" * 80 + "\n```"),
    "a gap": new_code_cell("match" + " " * 95_000),
    "brackets": new_markdown_cell("[" * 60_000),
    "another language": new_code_cell("%%perl\n" + "<<" * 90_000),
}


@pytest.mark.parametrize("what", SLOW)
def test_nothing_takes_long(make_page, what: str) -> None:
    began = process_time()
    make_page(SLOW[what])
    assert process_time() - began < 10


MUCH = {
    "formulas": (new_markdown_cell, "$" + "x+1" * 660 + "$"),
    "tables": (new_markdown_cell, "a|b\n-|-\n|1)   \n" * 300 + "|a|\n|-|\n"),
    "signs": (new_code_cell, "x+1-" * 240),
}


@pytest.mark.parametrize("what", MUCH)
def test_much_of_it_is_shown_as_it_is_written(make_page, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    new_cell, source = MUCH[what]
    alone = make_page(new_cell(source))
    assert source not in alone
    monkeypatch.setattr(page_filters, "MAX_PAGE_TAGS", 20 * alone.count("<"))
    monkeypatch.setattr(page_filters, "MAX_PAGE_SECONDS", 0.3)
    began = process_time()
    page = make_page(*(new_cell(source) for _ in range(200)))
    assert process_time() - began < 10
    assert source in page
    # The frame of a cell is some tags, too.
    assert page.count("<") < 20 * alone.count("<") + 30 * 200


def test_the_time_of_a_page_is_spent() -> None:
    cost = page_filters.PageCost()
    assert cost.show("a", safe_markdown, as_written) == "<p>a</p>\n"
    assert cost.seconds > 0
    cost.seconds = limits.MAX_PAGE_SECONDS
    assert cost.show("a", safe_markdown, as_written) == "<pre>a</pre>"


def test_links_are_shown_as_they_are_written(make_page) -> None:
    assert "[a](files/b.png) src=files/c" in make_page(new_markdown_cell("`[a](files/b.png) src=files/c`"))


def test_each_page_starts_afresh(make_page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_filters, "MAX_PAGE_TAGS", 10)
    for _ in range(3):
        page = make_page(new_markdown_cell("*a*"), new_markdown_cell("*b* " * 30))
        assert "<em>a</em>" in page
        assert "<em>b</em>" not in page and "*b* *b*" in page


def test_text_cannot_turn_what_is_around_it(make_page) -> None:
    page = make_page(new_markdown_cell("a\u202eb"), new_code_cell("c = 'd\u2066e'"))
    assert "a\ufffdb" in page
    assert "d\ufffde" in page
    assert "\u202e" not in page and "\u2066" not in page
