"""The labs as a reader moves them: by mouse, keyboard and touch, on a wide and a narrow screen, light and dark."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from moving import choose
from playwright.sync_api import Browser, Page, expect

from course.labs import AverageLab, BatchLab, Challenge, PathLab, ScheduleLab
from course.labs.lab import Lab
from course.landscapes import Valley
from solutions.momentum import initialize_velocity, update_with_momentum

DAYS = np.arange(366)
SEASON = 15 - 9 * np.cos(2 * np.pi * DAYS / 366)
LABS: dict[str, Lab] = {
    "path-lab": PathLab(
        "valley",
        (-9, 2),
        {"gradient descent": {"alpha": 0.05}, "momentum": {"alpha": 0.4, "beta": 0.9}},
        steps=60,
        condition=25,
        challenge=Challenge("Bring momentum's loss below 1e-6.", loss=1e-6, by="momentum", within=60),
    ),
    "schedule-lab": ScheduleLab(
        {"constant": {}, "inverse time": {"decay_rate": 0}},
        challenge=Challenge("End below 0.01.", loss=0.01, by="inverse time"),
    ),
    "batch-lab": BatchLab(
        batch_size=256, alpha=0.1, epochs=5, challenge=Challenge("Come below 0.01.", loss=0.01, within=5)
    ),
    "average-lab": AverageLab(
        (SEASON + 4 * np.sin(DAYS * 2.0)).round(1).tolist(),
        SEASON.tolist(),
        beta=0.98,
        challenge=Challenge("Bring the distance below 2 °C.", loss=2),
    ),
}

Opened = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Opened]:
    """Opens a lab alone on a page from disk, and fails where the browser complains."""
    complaints, pages = [], []

    def opening(tag: str, width: int = 800, theme: str = "light", script: bool = True) -> Page:
        file = tmp_path / f"{tag}-{theme}.html"
        html = LABS[tag]._repr_mimebundle_()["text/html"]
        head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>lab</title>'
        colors = "background:#121212;color:#fff" if theme == "dark" else "background:#fff"
        body = f'<body style="{colors}"><main><h1>A lab</h1>{html}</main></body>'
        page = f'<!doctype html><html lang="en" data-theme="{theme}"><head>{head}</head>{body}</html>'
        file.write_text(page, encoding="utf-8")
        page = browser.new_page(
            viewport={"width": width, "height": 900}, has_touch=True, color_scheme=theme, java_script_enabled=script
        )
        pages.append(page)
        page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url != file.as_uri() and complaints.append(request.url))
        page.goto(file.as_uri())
        return page

    yield opening
    for page in pages:
        page.close()
    assert not complaints


def _state(page: Page, tag: str, what: str) -> object:
    return page.evaluate(f"document.querySelector('{tag}').{what}")


@pytest.mark.parametrize("tag", LABS)
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "light"), (800, "dark"), (360, "dark")])
def test_a_lab_fits_the_screen_and_bars_nobody(opened: Opened, tag: str, width: int, theme: str) -> None:
    page = opened(tag, width, theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    violations = Axe().run(page).response["violations"]
    assert not [(rule["id"], node["html"]) for rule in violations for node in rule["nodes"]]


@pytest.mark.parametrize("tag", LABS)
def test_without_a_script_the_picture_and_its_numbers_are_there(opened: Opened, tag: str) -> None:
    still, live = opened(tag, script=False), opened(tag)
    pictures = still.locator(".lab-panel svg[role=img]")
    assert pictures.count() == live.locator(".lab-panel svg[role=img]").count() >= 2
    for i in range(pictures.count()):
        name = pictures.nth(i).get_attribute("aria-label")
        assert name
        assert name == live.locator(".lab-panel svg[role=img]").nth(i).get_attribute("aria-label")
    assert still.locator("table").inner_text() == live.locator("table").inner_text()


@pytest.mark.parametrize("tag", LABS)
def test_on_paper_the_picture_stays_and_the_controls_go(opened: Opened, tag: str) -> None:
    page = opened(tag)
    page.emulate_media(media="print")
    expect(page.locator(".lab-panel svg").first).to_be_visible()
    expect(page.locator(".lab-controls")).to_be_hidden()
    assert page.locator(".lab-handle:visible").count() == 0


def test_the_browsers_numbers_are_the_references(opened: Opened) -> None:
    page = opened("path-lab")
    choose(page, "Steps", "in all", "200")
    path = next(run["path"] for run in _state(page, "path-lab", "view.runs") if run["name"] == "momentum")
    parameters = {"W1": np.array([[-9.0, 2.0]])}
    velocity = initialize_velocity(parameters)
    expected = [parameters["W1"][0]]
    for _ in range(200):
        gradients = {"dW1": Valley(25).gradient(parameters["W1"].T).T}
        parameters, velocity = update_with_momentum(parameters, gradients, velocity, 0.4, 0.9)
        expected.append(parameters["W1"][0])
    np.testing.assert_allclose(path, expected, rtol=0, atol=1e-9)


def test_the_challenge_of_the_path_lab_is_met_by_moving_two_sliders_and_reset_undoes_it(opened: Opened) -> None:
    page = opened("path-lab")
    verdict = page.get_by_role("status")
    expect(verdict).to_contain_text("Not yet: after 60 steps momentum's loss is")
    choose(page, "momentum", "β", "0.5")
    choose(page, "momentum", "learning rate α", "0.2")
    expect(verdict).to_contain_text("Met: momentum is there after")
    page.get_by_role("button", name="Reset").click()
    expect(verdict).to_contain_text("Not yet")
    beta = page.get_by_role("group", name="momentum", exact=True).get_by_label("β")
    expect(beta).to_have_attribute("aria-valuetext", "0.9")


def test_the_start_is_dragged_and_moved_by_the_arrow_keys(opened: Opened) -> None:
    page = opened("path-lab")
    knob = page.get_by_role("slider", name="start of all paths")
    box = knob.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2 + 40, steps=5)
    page.mouse.up()
    moved = _state(page, "path-lab", "state.start")
    assert moved[0] > -7.5
    assert moved[1] < 1
    assert _state(page, "path-lab", "view.runs[0].path[0]") == moved
    knob.press("ArrowUp")
    knob.press("ArrowLeft")
    nudged = _state(page, "path-lab", "state.start")
    np.testing.assert_allclose(nudged, [moved[0] - 0.2, moved[1] + 0.1], atol=0.02)
    expect(knob).to_be_focused()
    for _ in range(200):
        knob.press("ArrowLeft")
    assert _state(page, "path-lab", "state.start[0]") == -10


def test_the_start_is_dragged_by_a_finger_and_the_page_stays(opened: Opened) -> None:
    page = opened("path-lab", width=360)
    box = page.get_by_role("slider", name="start of all paths").bounding_box()
    touch = page.context.new_cdp_session(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for way in range(1, 9):
        finger = {"x": x + 9 * way, "y": y - 6 * way}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [finger]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    moved = _state(page, "path-lab", "state.start")
    assert moved[0] > -6
    assert moved[1] > 3
    assert page.evaluate("scrollY") == 0


def test_steps_are_taken_one_by_one_played_and_paused(opened: Opened) -> None:
    page = opened("path-lab")
    page.get_by_role("button", name="One step").click()
    page.get_by_role("button", name="One step").click()
    assert _state(page, "path-lab", "state.shown") == 2
    expect(page.locator("caption")).to_have_text("After 2 of 60 steps")
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("document.querySelector('path-lab').state.shown > 5")
    page.get_by_role("button", name="Pause").click()
    stopped = _state(page, "path-lab", "state.shown")
    page.wait_for_timeout(300)
    assert _state(page, "path-lab", "state.shown") == stopped
    expect(page.get_by_role("button", name="Play")).to_be_focused()


def test_playing_ends_at_the_last_step(opened: Opened) -> None:
    page = opened("path-lab")
    choose(page, "Steps", "in all", "10")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("caption")).to_have_text("After 10 of 10 steps", timeout=5000)
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_an_optimizer_is_switched_on_with_its_own_sliders_and_one_that_diverges_says_so(opened: Opened) -> None:
    page = opened("path-lab")
    assert page.get_by_role("group", name="Adam", exact=True).count() == 0
    page.get_by_role("checkbox", name="Adam").check()
    expect(page.get_by_role("checkbox", name="Adam")).to_be_focused()
    assert page.get_by_role("group", name="Adam", exact=True).get_by_role("slider").count() == 4
    assert page.locator("tbody tr").count() == 3
    choose(page, "gradient descent", "learning rate α", "0.1")
    expect(page.locator("tbody tr").first).to_contain_text("diverged at step")
    page.get_by_role("checkbox", name="momentum").uncheck()
    expect(page.get_by_role("status")).to_contain_text("Switch momentum on")


@pytest.mark.parametrize("landscape", ["bowl", "saddle", "rosenbrock", "noisy bowl"])
def test_every_landscape_has_contours_and_a_start_inside_it(opened: Opened, landscape: str) -> None:
    page = opened("path-lab")
    page.get_by_role("combobox", name="landscape").select_option(landscape)
    contours = page.locator(".lab-panel svg svg").first.locator("path[stroke-width='0.8']")
    assert contours.count() >= 8
    assert "NaN" not in page.locator(".lab-display").inner_html()
    sliders = page.get_by_role("group", name="Landscape", exact=True).get_by_role("slider").count()
    assert sliders == {"noisy bowl": 2}.get(landscape, 0)


def test_the_challenge_of_the_schedule_lab(opened: Opened) -> None:
    page = opened("schedule-lab")
    expect(page.get_by_role("status")).to_contain_text("Not yet: inverse time ends at")
    choose(page, "inverse time", "decay rate", "1")
    expect(page.get_by_role("status")).to_contain_text("Met")


def test_the_challenge_of_the_batch_lab(opened: Opened) -> None:
    page = opened("batch-lab")
    assert page.locator("tbody tr").count() == 1
    expect(page.get_by_role("status")).to_contain_text("Not yet: after 5 epochs it is")
    choose(page, "Mini-batches", "batch size", "8")
    expect(page.get_by_role("status")).to_contain_text("Met")
    assert page.locator("tbody tr").count() == 2
    before = _state(page, "batch-lab", "view.runs[0].points[1]")
    page.get_by_role("button", name="Shuffle anew").click()
    assert _state(page, "batch-lab", "view.runs[0].points[1]") != before


def test_the_challenge_of_the_average_lab(opened: Opened) -> None:
    page = opened("average-lab")
    expect(page.get_by_role("status")).to_contain_text("Not yet")
    page.get_by_role("checkbox", name="bias correction").check()
    choose(page, "Average", "β", "0.9")
    expect(page.get_by_role("status")).to_contain_text("Met")
    expect(page.locator("table")).to_contain_text("10 days")
    choose(page, "Average", "seen from day", "30")
    assert len(_state(page, "average-lab", "view.weights")) == 30


def test_two_labs_on_a_page_and_a_cell_run_again_do_not_disturb_each_other(browser: Browser, tmp_path: Path) -> None:
    """In JupyterLab a cell that is run again brings the same script and a new element."""
    html = LABS["path-lab"]._repr_mimebundle_()["text/html"] + LABS["batch-lab"]._repr_mimebundle_()["text/html"]
    file = tmp_path / "two.html"
    file.write_text(f'<!doctype html><meta charset="utf-8">{html}{html}', encoding="utf-8")
    errors = []
    page = browser.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(file.as_uri())
    assert page.locator("path-lab .lab-controls").count() == 2
    assert page.locator("batch-lab .lab-controls").count() == 2
    page.locator("path-lab").first.get_by_role("checkbox", name="Adam").check()
    assert page.locator("path-lab").first.locator("tbody tr").count() == 3
    assert page.locator("path-lab").last.locator("tbody tr").count() == 2
    page.close()
    assert not errors
