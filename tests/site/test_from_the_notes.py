"""The page "From the notes to the book" names a section for each subject of the notes."""

import os

import pytest
from bs4 import Tag
from built_site import soup

NAME = "chapters/from-the-notes"

#: How many subjects the notes have in each field.
SUBJECTS = {
    "Practical aspects": 8,
    "Mini-batch gradient descent": 9,
    "Exponentially weighted averages": 5,
    "Momentum": 6,
    "RMSProp": 4,
    "Adam": 3,
    "Learning-rate decay": 7,
    "Hyperparameters, batch normalization, softmax, frameworks": 9,
}

#: How many slips the notes have.
SLIPS = 7


def _rows(field: str, *columns: str) -> list[Tag]:
    """Return the rows of the table below a heading."""
    for heading in soup(NAME)(["h2", "h3"]):
        if heading.find(string=True, recursive=False) == field:
            table = heading.find_next("table")
            assert [cell.get_text() for cell in table.select("thead th")] == list(columns)
            return table.select("tbody tr")
    return []


def _is_section(address: str) -> bool:
    """Whether a link of the page leads to a section: its own id, or a label in front of its heading."""
    path, _, place = address.partition("#")
    if not path.endswith(".html") or not place:
        return False
    target = soup(os.path.normpath(os.path.join(os.path.dirname(NAME), path)).removesuffix(".html")).find(id=place)
    section = target if target is None or target.name == "section" else target.parent
    return section is not None and section.name == "section" and section.find(["h1", "h2", "h3"], recursive=False)


@pytest.mark.parametrize("field", SUBJECTS)
def test_each_subject_has_its_section(field: str) -> None:
    rows = _rows(field, "Subject", "Where")
    assert len(rows) == SUBJECTS[field]
    for row in rows:
        subject, where = row("td")
        links = [link["href"] for link in where("a")]
        assert subject.get_text().strip()
        assert links, subject
        assert [address for address in links if not _is_section(address)] == []


def test_each_slip_has_its_demonstration_and_its_section() -> None:
    rows = _rows("Told differently", "Often written", "What holds", "Where")
    assert len(rows) == SLIPS
    for row in rows:
        links = [link["href"] for link in row("td")[-1]("a")]
        assert [address.startswith("common-slips.html#slips-") for address in links] == [True, False], row
        assert [address for address in links if not _is_section(address)] == []
