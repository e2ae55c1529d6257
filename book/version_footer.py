"""A Sphinx extension: the footer of each page states the version."""

from importlib.metadata import version

from sphinx.application import Sphinx
from sphinx.config import Config


def setup(app: Sphinx) -> None:
    """Connect the extension."""
    app.connect("config-inited", _state_version)


def _state_version(app: Sphinx, config: Config) -> None:
    config.html_theme_options["extra_footer"] = f"Version {version('optimization-algorithms-for-deep-learning')}"
