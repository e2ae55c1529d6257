"""The batch lab: the batch size, from one example to the whole set."""

from dataclasses import dataclass

from course.labs.lab import Challenge, Lab


@dataclass(frozen=True)
class BatchLab(Lab):
    """A linear model with two parameters, trained on mini-batches of a chosen size and on the whole set.

    Attributes:
        batch_size: examples in a mini-batch, from 1 to m.
        alpha: learning rate, for the mini-batches and for the whole set, above 0.
        epochs: passes over the examples.
        m: the number of generated examples.
        challenge: how close to its lowest value the cost must get.
    """

    tag = "batch-lab"
    parts = ("optimizers.js", "landscapes.js")

    batch_size: int = 32
    alpha: float = 0.1
    epochs: int = 5
    m: int = 256
    challenge: Challenge | None = None
