"""Files and folders named after students."""

import pytest

from tests.collecting.uploading import LMS, notebook


@pytest.mark.parametrize(
    ("name", "student"),
    {
        "ada/momentum.ipynb": "ada",
        "ada/momentum/momentum.ipynb": "ada",
        "momentum/ada/momentum.ipynb": "ada",
        "ada_momentum.ipynb": "ada",
        "van_der_pol_momentum (2).ipynb": "van_der_pol",
        "ada.l@example.org_momentum.ipynb": "ada.l@example.org",
    }.items(),
)
def test_uploads_are_named_after_ids(lms: LMS, name: str, student: str) -> None:
    lms.upload(name)
    assert lms.reasons() == {}
    assert (lms.submitted(), lms.text(student)) == ({student}, "first")


@pytest.mark.parametrize(
    "name",
    [
        "momentum.ipynb",
        "my_homework.ipynb",
        "downloads/ada/momentum.ipynb",
        "-rf/momentum.ipynb",
        "adam/momentum.ipynb",
        "adam_momentum.ipynb",
    ],
)
def test_a_name_that_says_nothing_is_not_guessed(lms: LMS, name: str) -> None:
    lms.upload(name)
    assert "a class list could" in lms.reasons()[name]
    assert lms.submitted() == set()
    assert lms.kept("unmatched") == {name: notebook()}


@pytest.mark.parametrize("name", ["s123_homework.ipynb", "s123_momentum.ipynb", "s123.zip", "s123/momentum.ipynb"])
def test_a_class_list_knows_ids(lms: LMS, name: str) -> None:
    assert lms.matches_once_listed(name)


@pytest.mark.parametrize("name", ["ada_lovelace_momentum.ipynb", "ada_lovelace/momentum.ipynb", "adam/momentum.ipynb"])
def test_a_listed_id_is_not_found_in_a_longer_one(lms: LMS, name: str) -> None:
    lms.upload(name)
    assert set(lms.reasons(roster=lms.roster("ada,,"))) == {name}


def test_a_name_that_begins_with_several_listed_ids_is_nobodys(lms: LMS) -> None:
    lms.upload("ada_lovelace_work.ipynb")
    why = lms.reasons(roster=lms.roster("ada,,", "ada_lovelace,,"))
    assert "several students" in why["ada_lovelace_work.ipynb"]
    assert lms.submitted() == set()
