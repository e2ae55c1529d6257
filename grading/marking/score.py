"""The result of marking one function, as data. The text that students read is only a rendering of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any

from IPython.display import display

from grading.marking.calling import AnswerTooLarge

# Jupyter keeps an output's data under a media type, beside the text of the same output.
MEDIA_TYPE = "application/vnd.optimization-course.mark+json"

# Increase this whenever a field of a result is added, renamed, removed or given another meaning.
SCHEMA = 1

STILL_TO_BE_WRITTEN = "This function is still to be written."


class UnknownSchema(ValueError):
    """The data is not a result as this version of the project writes them."""


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
    """The result of marking one function.

    A *refusal* is a call with invalid arguments on which the function raised the error that the question asks for.

    Attributes:
        question: public name.
        criteria: each criterion, in the question's order.
        calls: number of hidden calls.
        refusals: number of calls that the function refused as it should.
        refusals_due: number of calls that it should have refused.
        failures: {error: number of calls that raised it and should not have}, by the names in
            `grading.marking.calling.TOLD`.
        advice: the sentence on the common mistake that was recognized; None if none was.
        written: False if the function only raises NotImplementedError, as it does when it is handed out.
    """

    question: str
    criteria: tuple[JudgedCriterion, ...]
    calls: int
    refusals: int
    refusals_due: int
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

    @property
    def explanation(self) -> str | None:
        """The advice, or that nothing is written yet; None if neither explains why points were lost."""
        return self.advice if self.written else STILL_TO_BE_WRITTEN

    def sentences(self) -> list[str]:
        """Return what helps a student who lost points: the explanation, or else the error that was raised most often.

        Several errors, with a number each, could tell a good deal of the hidden inputs.
        """
        if self.points == self.most_points:
            return []
        if self.explanation is not None:
            return [self.explanation]
        most_often = sorted(self.failures.items(), key=lambda failure: (-failure[1], failure[0]))[:1]
        return [
            f"Your function {what_happened(error)} on {number} of {self.calls} hidden cases."
            for error, number in most_often
        ]

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data, with the number of its schema."""
        return {"schema": SCHEMA} | asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Result:
        """Rebuild a result from what `to_json` returned.

        Raises:
            UnknownSchema: another version of the project wrote the data.
        """
        fields = dict(data) if isinstance(data, dict) else {}
        schema = fields.pop("schema", None)
        if schema != SCHEMA:
            raise UnknownSchema(f"schema must be {SCHEMA}, got {schema!r}")
        try:
            criteria = tuple(JudgedCriterion(**criterion) for criterion in fields.pop("criteria"))
            return cls(criteria=criteria, **fields)
        except (TypeError, KeyError) as error:
            raise UnknownSchema(f"a result of schema {SCHEMA} has other fields: {error}") from error

    def __str__(self) -> str:
        lines = [f"{self.question}: {self.points} of {self.most_points} points"]
        for criterion in self.criteria:
            sign, earned = ("✓", criterion.points) if criterion.met else ("✗", 0)
            lines.append(f"  {sign} {earned}/{criterion.points}  {criterion.sentence}")
        return "\n".join([*lines, *(f"  → {sentence}" for sentence in self.sentences())])

    def media(self) -> dict[str, Any]:
        """Return the data of a Jupyter output that carries the result and its text."""
        return {"text/plain": str(self), MEDIA_TYPE: self.to_json()}

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return self.media()


def what_happened(error: str) -> str:
    """Return what a function did that failed with this error, as a part of a sentence."""
    return "returned too large an answer" if error == AnswerTooLarge.__name__ else f"raised {error}"


_kept: ContextVar[list[Result] | None] = ContextVar("results that are kept", default=None)


@contextmanager
def keep_results() -> Iterator[list[Result]]:
    """Collect the results that `show` is given in this context, instead of displaying them."""
    results: list[Result] = []
    token = _kept.set(results)
    try:
        yield results
    finally:
        _kept.reset(token)


def show(result: Result) -> None:
    """Display a result, or add it to the list of the surrounding `keep_results`."""
    kept = _kept.get()
    if kept is None:
        display(result)
    else:
        kept.append(result)
