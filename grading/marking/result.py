"""What marking a function came to, as data; the text that students read is only a rendering of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any

from IPython.display import display

# Jupyter keeps the data of an output under its media type, beside the text of the same output.
MEDIA_TYPE = "application/vnd.optimization-course.mark+json"

STILL_TO_BE_WRITTEN = "This function is still to be written."


@dataclass(frozen=True)
class JudgedCriterion:
    """One criterion and whether it was met.

    Attributes:
        key: short name of the criterion.
        sentence: what was asked.
        points: what it is worth.
        met: whether it was met.
    """

    key: str
    sentence: str
    points: int
    met: bool


@dataclass(frozen=True)
class Result:
    """What marking a function came to.

    Attributes:
        question: public name.
        criteria: each criterion, in the question's order.
        calls: how many hidden calls were made.
        refusals: how many of them the function refused with the error that was asked for.
        failures: {error: how many calls raised it although they should not have}.
        advice: the sentence on the common mistake that was recognized; None if none was.
        written: False if the function only raises NotImplementedError, as it does when it is handed out.
    """

    question: str
    criteria: tuple[JudgedCriterion, ...]
    calls: int
    refusals: int
    failures: dict[str, int]
    advice: str | None
    written: bool

    @property
    def points(self) -> int:
        """The points that were earned."""
        return sum(criterion.points for criterion in self.criteria if criterion.met)

    @property
    def most_points(self) -> int:
        """The points that could be earned."""
        return sum(criterion.points for criterion in self.criteria)

    def sentences(self) -> list[str]:
        """Return what helps a student who lost points: the advice, or else what went wrong with the calls."""
        if self.points == self.most_points:
            return []
        if self.advice is not None:
            return [self.advice]
        if not self.written:
            return [STILL_TO_BE_WRITTEN]
        return [
            f"Your function raised {error} on {number} of {self.calls} hidden cases."
            for error, number in sorted(self.failures.items())
        ]

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Result:
        """Rebuild a result from `to_json`."""
        return cls(**data | {"criteria": tuple(JudgedCriterion(**criterion) for criterion in data["criteria"])})

    def __str__(self) -> str:
        lines = [f"{self.question}: {self.points} of {self.most_points} points"]
        for criterion in self.criteria:
            sign, earned = ("✓", criterion.points) if criterion.met else ("✗", 0)
            lines.append(f"  {sign} {earned}/{criterion.points}  {criterion.sentence}")
        return "\n".join([*lines, *(f"  → {sentence}" for sentence in self.sentences())])

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"text/plain": str(self), MEDIA_TYPE: self.to_json()}


_kept: ContextVar[list[Result] | None] = ContextVar("results that are kept", default=None)


@contextmanager
def keep_results() -> Iterator[list[Result]]:
    """Collect the results that `show` is given meanwhile, instead of displaying them."""
    results: list[Result] = []
    token = _kept.set(results)
    try:
        yield results
    finally:
        _kept.reset(token)


def show(result: Result) -> None:
    """Display a result, or keep it where somebody collects results."""
    kept = _kept.get()
    if kept is None:
        display(result)
    else:
        kept.append(result)
