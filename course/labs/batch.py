"""The batch lab: the batch size, from one example to the whole set."""

from dataclasses import dataclass

from course.labs.lab import Challenge, Lab


@dataclass(frozen=True)
class BatchLab(Lab):
    """A linear model of two parameters, trained on mini-batches of a chosen size beside the whole set.

    Attributes:
        batch_size: examples in a mini-batch, from 1 to m.
        alpha: learning rate, for the mini-batches and for the whole set.
        epochs: passes over the examples.
        m: generated examples.
        challenge: what the cost above its lowest value must come below.
    """

    tag = "batch-lab"
    parts = ("optimizers.js", "landscapes.js")

    batch_size: int = 32
    alpha: float = 0.1
    epochs: int = 5
    m: int = 256
    challenge: Challenge | None = None
