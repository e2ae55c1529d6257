"""Hypothesis tries the same examples in every run, so that everybody sees the same failures."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None, deadline=None, max_examples=25)
settings.load_profile("repeatable")
