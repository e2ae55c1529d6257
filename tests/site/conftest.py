"""The built site, on a web server and without one."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from built_site import HTML


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Leave the tests' output alone."""


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """Address of the built site on a web server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=HTML)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def on_disk() -> str:
    """Address of the built site without a server."""
    return HTML.as_uri()


@pytest.fixture(params=["served", "on_disk"])
def site(request: pytest.FixtureRequest) -> str:
    """Address of the built site, once with and once without a server."""
    return request.getfixturevalue(request.param)
