"""The course's version, as pyproject.toml states it."""

from importlib.metadata import version

VERSION = version("optimization-algorithms-for-deep-learning")
