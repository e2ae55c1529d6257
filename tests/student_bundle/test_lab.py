"""JupyterLab as the zip's README starts it: the extension is there, and Validate goes by the visible checks alone."""

import json
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.student_bundle.desk import RUNNING, Desk, pythons, server_command


@pytest.fixture(scope="module")
def desk(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with the Python that runs the tests."""
    return Desk.make(bundle, tmp_path_factory.mktemp("student") / "desk", pythons()[RUNNING])


@pytest.fixture(scope="module")
def ask(desk: Desk) -> Iterator[Callable[..., bytes]]:
    """Ask JupyterLab's server, which runs in the folder."""
    server = subprocess.Popen(
        server_command(desk), cwd=desk.folder, env=desk.environment, stderr=subprocess.PIPE, text=True
    )
    try:
        address = next(found[1] for line in server.stderr if (found := re.search(r"(http://127\.0\.0\.1:\d+)/", line)))

        def ask(path: str, form: dict[str, str] | None = None) -> bytes:
            data = urlencode(form).encode() if form else None
            headers = {"Authorization": "token known"}
            with urlopen(Request(f"{address}{path}", data=data, headers=headers), timeout=120) as answer:
                return answer.read()

        _until_it_listens(address)
        yield ask
    finally:
        server.terminate()
        server.wait(timeout=30)
        server.stderr.close()


def _until_it_listens(address: str) -> None:
    """Wait; the server tells its address first."""
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(address.removeprefix("http://").split(":"), timeout=1).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_the_extension_is_enabled(desk: Desk) -> None:
    listed = desk.run("jupyter", "labextension", "list")
    assert re.search(r"@jupyter/nbgrader v[\d.]+ \S*enabled\S* \S*OK", listed.stderr + listed.stdout)


def test_jupyterlab_opens_the_notebooks(ask: Callable[..., bytes]) -> None:
    assert b"JupyterLab" in ask("/lab")
    assert json.loads(ask("/api/contents/adam/adam.ipynb"))["type"] == "notebook"


def _validate(ask: Callable[..., bytes], notebook: str) -> dict:
    """Press Validate."""
    answer = json.loads(ask("/assignments/validate", {"path": notebook}))
    assert answer["success"], answer["value"]
    return answer["value"]


def test_validate_passes_right_answers(desk: Desk, ask: Callable[..., bytes]) -> None:
    desk.answer("rmsprop")
    assert _validate(ask, "rmsprop/rmsprop-answered.ipynb") == {}


def test_validate_tells_a_mistake_in_a_sentence(desk: Desk, ask: Callable[..., bytes]) -> None:
    desk.answer("rmsprop", change=("np.zeros_like", "np.ones_like"))
    failed = _validate(ask, "rmsprop/rmsprop-answered.ipynb")["failed"]
    assert "it starts at ones; before the first step the average is zero." in failed[0]["raw_error"]
