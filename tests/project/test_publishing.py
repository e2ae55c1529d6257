"""What is published is the book and nothing else, after the tests, by actions that do not change unseen."""

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from grading.assignments import ASSIGNMENTS, all_questions

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "_build" / "html"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
HANDS_OVER = "actions/upload-pages-artifact"
PUBLISHES = "actions/deploy-pages"
COMMIT = re.compile(r"[\w-]+/[\w/-]+@[0-9a-f]{40}")
DATED_IMAGE = re.compile(r"[\w./-]+(:[a-z]+-\d{8}|@sha256:[0-9a-f]{64})")
ONLY_FROM_MAIN = "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'"
KINDS_OF_FILE = {".html", ".css", ".js", ".map", ".png", ".svg", ".ico", ".ttf", ".woff", ".woff2", ".eot"} | {
    *(".inv", ".ipynb", ".md", ".txt", ".mo", ".po", "")
}


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _jobs() -> dict[str, dict[str, Any]]:
    return {name: job for path in WORKFLOWS for name, job in _read(path)["jobs"].items()}


def _steps() -> list[dict[str, Any]]:
    return [step for job in _jobs().values() for step in job["steps"]]


def _uses(job: dict[str, Any], action: str) -> list[dict[str, Any]]:
    return [step for step in job["steps"] if step.get("uses", "").startswith(f"{action}@")]


def test_each_action_is_named_by_its_commit_with_the_version_beside_it() -> None:
    used = [step["uses"] for step in _steps() if "uses" in step]
    assert used
    text = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    for action in used:
        assert COMMIT.fullmatch(action), action
        assert re.search(rf"{action}  # v\d+\.\d+\.\d+$", text, re.MULTILINE), action


def test_each_machine_and_image_is_named_by_its_version() -> None:
    for job in _jobs().values():
        assert re.fullmatch(r"ubuntu-\d+\.\d+", job["runs-on"])
        assert job["timeout-minutes"] <= 120
        if "container" in job:
            assert DATED_IMAGE.fullmatch(job["container"]["image"])


def test_only_the_built_site_leaves_the_machine() -> None:
    outward = [step for step in _steps() if re.search("upload|cache|deploy|release|publish", step.get("uses", ""))]
    assert {step["uses"].split("@")[0] for step in outward} == {HANDS_OVER, PUBLISHES}
    assert [step["with"] for step in outward if "with" in step] == [{"path": "_build/html"}]
    for step in _steps():
        assert not re.search(r"git push|gh-pages|\bcurl\b|\bscp\b|\brsync\b", step.get("run", "")), step


def test_the_site_is_handed_over_after_every_test_and_a_last_look() -> None:
    (job,) = [job for job in _jobs().values() if _uses(job, HANDS_OVER)]
    runs = [step.get("run", "") for step in job["steps"]]
    hand_over = job["steps"].index(_uses(job, HANDS_OVER)[0])
    tests = runs.index("make test")
    (look,) = [place for place, run in enumerate(runs) if "tests/project/test_secrets.py" in run]
    assert tests < look == hand_over - 1
    assert not [step for step in job["steps"] if "continue-on-error" in step]


def test_only_tested_commits_of_the_main_branch_are_published() -> None:
    jobs = _jobs()
    (publishing,) = [job for job in jobs.values() if _uses(job, PUBLISHES)]
    (hand_over,) = _uses(jobs[publishing["needs"]], HANDS_OVER)
    assert publishing["if"] == hand_over["if"] == ONLY_FROM_MAIN


def test_style_and_types_are_checked_before_anything_is_built() -> None:
    (job,) = [job for job in _jobs().values() if _uses(job, HANDS_OVER)]
    made = [step["run"] for step in job["steps"] if step.get("run", "").startswith("make")]
    assert made == ["make lint", "make", "make test"]


def test_the_tests_also_run_every_week() -> None:
    # YAML 1.1 reads the key `on` as a truth value.
    (schedule,) = _read(ROOT / ".github" / "workflows" / "course.yml")[True]["schedule"]
    minute, hour, *days, weekday = schedule["cron"].split()
    assert minute.isdigit() and hour.isdigit() and weekday.isdigit() and days == ["*", "*"]


def test_actions_and_packages_are_kept_up_to_date() -> None:
    updates = _read(ROOT / ".github" / "dependabot.yml")["updates"]
    assert {update["package-ecosystem"] for update in updates} == {"github-actions", "uv"}


def test_no_job_may_more_than_it_needs() -> None:
    for path in WORKFLOWS:
        assert _read(path)["permissions"] == {"contents": "read"}
        assert "${{ secrets" not in path.read_text(encoding="utf-8")
    for job in _jobs().values():
        needed = {"pages": "write", "id-token": "write"} if _uses(job, PUBLISHES) else None
        assert job.get("permissions") == needed


def test_the_workflow_calls_targets_that_are_there() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    called = [match for step in _steps() for match in re.findall(r"^make (\w+)$", step.get("run", ""), re.MULTILINE)]
    assert called
    assert set(called) <= set(targets)


def test_the_site_holds_pages_and_what_they_show() -> None:
    files = [path.relative_to(SITE) for path in SITE.rglob("*") if path.is_file()]
    assert files
    assert {path.suffix for path in files} <= KINDS_OF_FILE
    private = {"assignments", "solutions", "grading", "tests", "_class"}
    assert not [path for path in files if private & set(path.parent.parts)]
    assert not [path for path in files if path.suffix == ".ipynb" and path.stem in set(ASSIGNMENTS) - _chapters()]


def _chapters() -> set[str]:
    return {path.stem for path in (ROOT / "chapters").iterdir()}


def test_no_script_or_source_of_the_site_marks_a_question() -> None:
    for path in SITE.rglob("*"):
        if path.suffix in {".js", ".ipynb", ".md", ".txt"}:
            text = path.read_text(encoding="utf-8")
            assert "BEGIN HIDDEN TESTS" not in text, path
            assert not re.search(rf"mark\(\\?[\"']({'|'.join(all_questions())})", text), path


def test_pages_have_no_launch_buttons_until_they_are_configured() -> None:
    config = _read(ROOT / "_config.yml")
    assert "launch_buttons" not in config
    assert "# launch_buttons:" in (ROOT / "_config.yml").read_text(encoding="utf-8")
    assert "mybinder.org" not in (SITE / "index.html").read_text(encoding="utf-8")


def test_the_citation_says_what_a_citation_needs() -> None:
    citation = _read(ROOT / "CITATION.cff")
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] in ("software", "dataset")
    assert citation["message"]
    assert citation["title"] == _read(ROOT / "_config.yml")["title"]
    assert all(author.get("name") or author.get("family-names") for author in citation["authors"])
    assert isinstance(citation["date-released"], datetime.date)
    assert citation["license"] == ["MIT", "CC-BY-4.0"]


@pytest.mark.parametrize(
    ("file", "licence"), [("LICENSE", "MIT License"), ("LICENSE-TEXT", "Creative Commons Attribution 4.0")]
)
def test_code_and_text_have_their_licences(file: str, licence: str) -> None:
    assert licence in (ROOT / file).read_text(encoding="utf-8")
    assert f"`{file}`" in (ROOT / "README.md").read_text(encoding="utf-8")
