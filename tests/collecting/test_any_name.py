"""Whatever students call themselves and their files, an upload is theirs or nobody's."""

import re
from contextlib import suppress
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from hypothesis import given, settings
from hypothesis import strategies as st

from grading.collecting.archives import Allowance, NotUnpacked, unpack
from grading.collecting.class_list import ClassList, Member
from grading.collecting.owner import Owner, owner_of
from tests.collecting.uploading import archive, notebook

ADA = Member("ada", "Ada Lovelace", "101", "ada@example.org")
BOB = Member("bob_2", "Bob Byron", "102", "bob@example.org")
CLEO = Member("cleo", "Cleo", "103")
OTHERS = [ADA, BOB, CLEO]
EVE = "666"

PIECES = st.sampled_from(
    [
        *(word for member in OTHERS for word in member if word),
        *(
            "lovelaceada",
            "byronbob",
            "momentum",
            "adam",
            "late",
            "LATE",
            EVE,
            "1",
            "22",
            "_",
            "_",
            "__",
            "___",
            " ",
            "-",
            ".",
        ),
        *(
            "_102_assignsubmission_file_",
            "_assignsubmission_file_",
            "_LATE_",
            "_101_7_",
            ".ipynb",
            ".zip",
            "+",
            "é",
            "e\u0301",
        ),
    ]
)
NAMES = st.lists(PIECES, min_size=1, max_size=7).map("".join)


def of_moodle(name: str, file: str, folders: bool) -> PurePosixPath:
    return PurePosixPath(f"{name}_{EVE}_assignsubmission_file_{'/' if folders else ''}{file}.ipynb")


def of_canvas(name: str, file: str, late: bool) -> PurePosixPath:
    # Canvas takes such numbers out of names, but once only.
    name = re.sub(r"_(\d+)_", r"\1", name)
    return PurePosixPath(f"{name}{'_LATE' if late else ''}_{EVE}_77_{file}.ipynb")


def may_be(owner: Owner, name: str) -> bool:
    """Check whether the upload of a student of this name and of Eve's number may be this student's."""
    letters = {"".join(filter(str.isalnum, normalize("NFC", spelling).casefold())) for spelling in (name, f"{name} ")}
    known = {
        "".join(filter(str.isalnum, spelling.casefold())): member.student
        for member in OTHERS
        for words in [member.name.split()]
        for spelling in ("".join(words), "".join(words[1:] + words[:1]))
    }
    return owner.student == "eve" or owner.student in {known.get(text) for text in letters}


FUZZING = settings(derandomize=True, deadline=None, database=None, max_examples=500)


@settings(FUZZING)
@given(
    name=NAMES,
    file=NAMES,
    platform=st.sampled_from([of_moodle, of_canvas]),
    variant=st.booleans(),
    listed=st.booleans(),
)
def test_an_upload_is_its_students_or_nobodys(name: str, file: str, platform, variant: bool, listed: bool) -> None:
    eve = [Member("eve", name.strip() or "Eve", EVE)] if listed else []
    class_list = ClassList([*OTHERS, *eve])
    owner = owner_of(platform(name, file, variant), class_list)
    assert not isinstance(owner, Owner) or may_be(owner, name)


@settings(FUZZING)
@given(name=NAMES, file=NAMES, platform=st.sampled_from([of_moodle, of_canvas]), variant=st.booleans())
def test_without_a_class_list_it_is_named_after_its_student_or_nobodys(
    name: str, file: str, platform, variant: bool
) -> None:
    owner = owner_of(platform(name, file, variant), None)
    if isinstance(owner, Owner):
        assert owner.bearer == EVE
        assert re.fullmatch(r"\w[\w.@+-]*", owner.student)


@settings(FUZZING)
@given(parts=st.lists(st.text(min_size=1, max_size=20).filter(lambda part: "/" not in part), min_size=1, max_size=3))
def test_any_name_is_somebodys_or_nobodys(parts: list[str]) -> None:
    upload = PurePosixPath(*parts)
    if upload.parts:
        for class_list in (None, ClassList(OTHERS)):
            owner = owner_of(upload, class_list)
            assert not isinstance(owner, Owner) or re.fullmatch(r"\w[\w.@+-]*", owner.student)


@settings(FUZZING, max_examples=100)
@given(data=st.data())
def test_a_damaged_archive_is_unpacked_below_its_folder_or_not_at_all(tmp_path_factory, data: st.DataObject) -> None:
    folder: Path = tmp_path_factory.mktemp("archive")
    names = data.draw(
        st.lists(NAMES | st.sampled_from(["../a", "/a", "a/b", "a", "C:\\a"]), min_size=1, max_size=4, unique=True)
    )
    content = bytearray(archive({name: notebook(name) for name in names}))
    for _ in range(data.draw(st.integers(0, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "work.zip").write_bytes(content)
    with suppress(NotUnpacked):
        unpack(folder / "work.zip", folder / "inside", Allowance(10, 2**20))
    assert {path.name for path in folder.iterdir()} <= {"work.zip", "inside"}
