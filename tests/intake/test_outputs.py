"""Outputs of a submission: what is safe stays as it is, the rest becomes text or goes, and all of it is bounded."""

import base64
import io
import json
from time import process_time

import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from nbconvert.filters import ansi2html
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from grading.intake import limits, outputs
from grading.intake.outputs import NOT_SHOWN, Budget, safe_outputs
from grading.intake.pictures import clean_jpeg, clean_png
from grading.sandbox.inside.wire import Opaque


def _picture(kind: str, **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).save(file, kind, **options)
    return file.getvalue()


def _shown(data: dict, metadata: dict | None = None) -> dict:
    (output,) = safe_outputs([{"output_type": "display_data", "data": data, "metadata": metadata or {}}])
    return output


def _text(output: dict) -> str:
    return "".join([output.get("text", ""), *output.get("traceback", ()), *output.get("data", {}).values()])


def test_text_results_errors_and_figures_stay_as_they_are() -> None:
    file = io.BytesIO()
    figure = Figure()
    figure.subplots().plot([1, 2])
    figure.savefig(file)
    encoded = base64.b64encode(clean_png(file.getvalue())).decode()
    given = [
        new_output("stream", name="stdout", text="기울기 0.9\tα\n"),
        new_output("stream", name="stderr", text="a warning\n"),
        new_output("execute_result", {"text/plain": "5.0"}, execution_count=3),
        new_output("error", ename="ValueError", evalue="no", traceback=["\x1b[0;31mValueError\x1b[0m: no", "line 2"]),
        new_output(
            "display_data",
            {"text/plain": "<Figure>", "image/png": encoded},
            metadata={"image/png": {"width": 640, "height": 480}},
        ),
    ]
    assert safe_outputs(given) == given
    assert safe_outputs([]) == []


@pytest.mark.parametrize(
    "kind",
    [
        *("text/html", "image/svg+xml", "application/javascript", "text/latex", "text/markdown", "application/json"),
        *("application/vnd.jupyter.widget-view+json", "application/pdf", "image/gif", "Text/HTML", "image/png;x"),
    ],
)
def test_active_outputs_become_plain_text(kind: str) -> None:
    assert _shown({kind: "<script>", "text/plain": "<Table>"}).data == {"text/plain": "<Table>"}
    assert _shown({kind: ["<script>"]}).data == {"text/plain": NOT_SHOWN}


@pytest.mark.parametrize(
    "picture", ["<svg onload=alert(1)>", "", "A", None, 5, {"a": 1}, ["<", "script>"], "é", "iVBO"]
)
@pytest.mark.parametrize("kind", ["image/png", "image/jpeg"])
def test_anything_but_a_picture_is_left_out(kind: str, picture: object) -> None:
    assert _shown({kind: picture}).data == {"text/plain": NOT_SHOWN}


def test_only_the_size_is_kept_of_metadata() -> None:
    encoded = base64.b64encode(_picture("png")).decode()
    given = {
        "image/png": {"width": 640.0, "height": "1 onload=x", "alt": '"><script>'},
        "filenames": {"image/png": "x"},
    }
    assert _shown({"image/png": encoded}, given).metadata == {"image/png": {"width": 640}}
    assert _shown({"image/png": encoded}, {"image/png": {"width": 10**9, "height": True}}).metadata == {}


def test_nothing_follows_the_end_of_a_picture() -> None:
    for kind, clean in (("png", clean_png), ("jpeg", clean_jpeg)):
        picture = _picture(kind)
        assert clean(picture + b"<script>alert(1)</script>") == clean(picture)
        assert Image.open(io.BytesIO(clean(picture))).tobytes() == Image.open(io.BytesIO(picture)).tobytes()


def test_text_and_profiles_inside_a_picture_are_left_out() -> None:
    from PIL.PngImagePlugin import PngInfo

    note = PngInfo()
    note.add_text("note", "<script>")
    assert b"script" in _picture("png", pnginfo=note)
    assert b"script" not in clean_png(_picture("png", pnginfo=note))
    assert b"script" in _picture("jpeg", comment=b"<script>")
    assert b"script" not in clean_jpeg(_picture("jpeg", comment=b"<script>", exif=b"Exif\0\0<script>"))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}, {"quality": 10}])
def test_all_kinds_of_jpeg_are_kept(options: dict) -> None:
    picture = _picture("jpeg", **options)
    assert Image.open(io.BytesIO(clean_jpeg(picture))).tobytes() == Image.open(io.BytesIO(picture)).tobytes()


def test_a_picture_that_unpacks_to_too_much_is_left_out() -> None:
    file = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(file, "png")
    assert len(file.getvalue()) < 20_000
    assert clean_png(file.getvalue()) is None
    file = io.BytesIO()
    Image.new("L", (9_000, 3_000)).save(file, "jpeg")
    assert clean_jpeg(file.getvalue()) is None


@pytest.mark.parametrize("clean", [clean_png, clean_jpeg])
def test_damaged_pictures_are_left_out(clean) -> None:
    picture = _picture("png" if clean is clean_png else "jpeg")
    chance = np.random.default_rng(0)
    for cut in range(len(picture)):
        assert clean(picture[:cut]) is None
    for _ in range(300):
        damaged = bytearray(picture)
        damaged[chance.integers(len(damaged))] = chance.integers(256)
        clean(bytes(damaged))


def test_control_characters_are_removed_and_colors_kept() -> None:
    text = "\x1b[31mred\x1b[0m \x1b[2J\x1b]0;title\x07\x1b]52;c;ZXZpbA==\x1b\\\x1bcA\x00\x08\ud800B\x1b[\x9f\rC"
    (output,) = safe_outputs([{"output_type": "stream", "name": "x", "text": text}])
    assert output == {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m AB\nC"}
    assert "<script>" not in ansi2html(output.text + "<script>")


def test_text_that_turns_what_is_around_it_is_shown_as_it_is() -> None:
    (output,) = safe_outputs([new_output("error", ename="E", evalue="", traceback=["a\u202eb\x1b[31m\u2066c\x1b[0m"])])
    assert output.traceback == ["a\ufffdb\x1b[31m\ufffdc\x1b[0m"]


def test_odd_colors_do_not_stop_the_page() -> None:
    for code in ("38;5", "38;2;1", "48;5;999", "999", ";;;", "38;2;1;2;3", "1" * 20, "0;0;0"):
        (output,) = safe_outputs([{"output_type": "stream", "text": f"\x1b[{code}mred\x1b[0m"}])
        ansi2html(output.text)


@pytest.mark.parametrize(
    "flood",
    [
        [{"output_type": "stream", "name": "stdout", "text": "x" * 10**7}],
        [{"output_type": "stream", "name": "stdout", "text": ["x\n"] * 10**6}],
        [{"output_type": "stream", "name": ("stdout", "stderr")[n % 2], "text": "x"} for n in range(10_000)],
        [{"output_type": "stream", "name": "stdout", "text": "x" * 90_000}] * 190,
        [{"output_type": "error", "ename": "E" * 10**6, "evalue": "v" * 10**6, "traceback": ["t" * 10**5] * 100}],
        [{"output_type": "error", "ename": "E", "evalue": "", "traceback": ["t"] * 10**6}],
        [{"output_type": "display_data", "data": {"text/plain": "x" * 10**7, "text/html": "y" * 10**7}}] * 20,
        [{"output_type": "display_data", "data": {f"x/{n}": "y" for n in range(10_000)}}],
    ],
)
def test_floods_are_cut(flood: list) -> None:
    kept = safe_outputs(flood)
    assert 0 < len(json.dumps(kept)) < limits.MAX_CELL_OUTPUT_CHARACTERS * 1.5
    assert len(kept) <= limits.MAX_OUTPUTS_PER_CELL + 1
    assert all(len(_text(output)) <= limits.MAX_OUTPUT_TEXT_CHARACTERS * 2.1 for output in kept)


def _cells(flood: list, budget: Budget, cells: int = 50) -> list:
    notebook = new_notebook(cells=[new_code_cell(outputs=safe_outputs(flood, budget)) for _ in range(cells)])
    nbformat.validate(notebook)
    return [cell.outputs for cell in notebook.cells]


def test_the_text_of_a_notebook_is_bounded_as_a_whole() -> None:
    cells = _cells([new_output("stream", name="stdout", text="x" * 90_000)] * 8, Budget())
    assert len(json.dumps(cells)) < limits.MAX_TEXT_CHARACTERS * 1.2
    assert cells[-1][0].text == outputs.CUT


def test_the_pictures_of_a_notebook_are_bounded_as_a_whole() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (900, 1_200, 3), dtype=np.uint8))
    file = io.BytesIO()
    noise.save(file, "png")
    picture = base64.b64encode(file.getvalue()).decode()
    cells = _cells([new_output("display_data", {"image/png": picture})] * 2, Budget(), 5)
    assert len(json.dumps(cells)) < limits.MAX_PICTURE_CHARACTERS * 1.1
    assert cells[0][0].data["image/png"] == picture
    assert cells[-1][0].text == outputs.CUT


def test_the_outputs_of_a_notebook_are_bounded_in_number() -> None:
    cells = _cells([new_output("display_data", {"text/plain": "x"})] * 150, Budget(), 20)
    assert sum(map(len, cells)) <= limits.MAX_OUTPUTS + 20


def test_empty_texts_count() -> None:
    flood = [{"output_type": "error", "traceback": [""] * limits.MAX_TRACEBACK_LINES}] * 100
    cells = _cells(flood, Budget())
    lines = sum(len(output.get("traceback", ())) for cell in cells for output in cell)
    assert lines < limits.MAX_TEXT_CHARACTERS / outputs.LEAST


def test_what_is_left_out_counts_like_what_is_kept() -> None:
    budget = Budget()
    for _ in range(10):
        safe_outputs([new_output("display_data", {"image/png": "A" * 4_000_000})], budget)
    assert budget.pictures < 0


def test_nothing_more_is_looked_at_when_too_much_was_put_out(monkeypatch: pytest.MonkeyPatch) -> None:
    budget = Budget()
    budget.text = -1
    monkeypatch.setattr(outputs, "_safe", lambda *_: pytest.fail("looked at"))
    (output,) = safe_outputs([new_output("stream", text="x")] * 3, budget)
    assert output.text == outputs.CUT


def test_forty_figures_of_a_hundred_kilobytes_are_kept() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (160, 210, 3), dtype=np.uint8))
    file = io.BytesIO()
    noise.save(file, "png")
    assert len(file.getvalue()) > 100_000
    given = new_output("display_data", {"image/png": base64.b64encode(file.getvalue()).decode(), "text/plain": "x"})
    assert all(cell == [given] for cell in _cells([given], Budget(), 40))


def test_too_many_colors_are_dropped_and_the_text_kept() -> None:
    budget, text = Budget(), "\x1b[31mred\x1b[0m" * 5_000
    cells = _cells([new_output("display_data", {"text/plain": text})], budget, 4)
    assert [cell[0].data["text/plain"] for cell in cells] == [text, text, "red" * 5_000, "red" * 5_000]


def test_many_colors_take_no_time() -> None:
    texts = ["\x1b[1mx\x1b[m" * 12_000, "\x1b" * 99_999, "\x1b[" * 49_999, "\x1b]" * 49_999, "\x1b[1;" * 24_000]
    budget, began = Budget(), process_time()
    for text in texts:
        for output in safe_outputs([new_output("stream", text=text)] * 10, budget):
            ansi2html(output.text)
    assert process_time() - began < 10


_NAMES = ["output_type", "name", "text", "data", "metadata", "ename", "evalue", "traceback", "execution_count"]
# What a forged reply may hold, in the places where outputs have other things.
_PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text(max_size=30)
    | st.sampled_from(
        ["stream", "error", "display_data", "execute_result", "\ud800", "\x1b[1m", "iVBORw0KGgo=", "/9j/"]
    )
    | st.builds(lambda: np.arange(3))
    | st.builds(lambda: np.float64(1))
    | st.builds(lambda: Opaque("x")),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers() | st.none() | st.sampled_from(_NAMES), inner, max_size=5)
    ),
    max_leaves=20,
)
_KINDS = ["stream", "error", "display_data", "execute_result"]
_OUTPUT = st.builds(
    lambda kind, rest: {**rest, "output_type": kind},
    st.sampled_from(_KINDS),
    st.fixed_dictionaries({}, optional=dict.fromkeys(_NAMES[1:], _PLAIN)),
)
_BUNDLE = st.builds(
    lambda kind, data, metadata: {"output_type": kind, "data": data, "metadata": metadata},
    st.sampled_from(_KINDS),
    st.dictionaries(st.sampled_from(["image/png", "image/jpeg", "text/plain", "text/html"]), _PLAIN),
    st.dictionaries(st.sampled_from(["image/png", "width"]), st.dictionaries(st.sampled_from(["width"]), _PLAIN)),
)


@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(reply=_PLAIN | st.lists(_OUTPUT | _BUNDLE | _PLAIN, max_size=4))
def test_every_reply_becomes_valid_outputs(reply: object) -> None:
    kept = safe_outputs(reply)
    nbformat.validate(new_notebook(cells=[new_code_cell(outputs=kept)]))
    json.dumps(kept).encode()


@pytest.mark.parametrize(
    "junk",
    [
        None,
        {},
        "text",
        [None, 3, "a", []],
        [{"output_type": "update_display_data", "data": {"text/html": "<script>"}}],
        [{"output_type": "clear_output"}],
        [{"output_type": ["stream"]}],
        [{"output_type": "stream", "text": {"a": 1}}],
        [{"output_type": "execute_result", "data": [], "execution_count": 10**400, "metadata": 3}],
        [{"output_type": "error", "traceback": "text", "ename": 3, "evalue": None}],
        [{"output_type": "error", "traceback": [None, 3, ["a"]]}],
        [{"output_type": "stream", "name": ["stdout"], "text": "x"}],
        [{"output_type": "stream", "name": np.arange(3), "text": "x"}],
        [{"output_type": np.arange(3)}],
        [{"output_type": "execute_result", "execution_count": True, "data": {"text/plain": "x"}}],
    ],
)
def test_junk_becomes_valid_or_nothing(junk: object) -> None:
    notebook = new_notebook(cells=[new_code_cell(outputs=safe_outputs(junk))])
    nbformat.validate(notebook)
    assert "script" not in json.dumps(notebook)


def test_a_text_alone_is_bounded() -> None:
    (output,) = safe_outputs([new_output("stream", text="x" * (2 * limits.MAX_OUTPUT_TEXT_CHARACTERS))])
    assert len(output.text) == limits.MAX_OUTPUT_TEXT_CHARACTERS + len(outputs.CUT)


def test_a_large_picture_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs.base64, "b64decode", lambda *_, **__: pytest.fail("decoded"))
    data = {"image/png": "A" * (2 * limits.MAX_PICTURE_BYTES)}
    (output,) = safe_outputs([new_output("display_data", data)])
    assert output.data == {"text/plain": NOT_SHOWN}
