"""Learning-rate decay: five schedules that return the learning rate of an epoch or step.

They count epochs from 0, so that epoch 0 trains with alpha0; only `sqrt_decay` counts from 1.
"""

from collections.abc import Mapping

import numpy as np

from solutions._check import is_count, is_finite_number, require, require_count, require_not_negative, require_positive


def inverse_time_decay(alpha0: float, epoch: int, decay_rate: float) -> float:
    """Divide the learning rate by a number that grows with the epoch.

    Args:
        alpha0: learning rate of epoch 0, above 0.
        epoch: whole number, 0 or more.
        decay_rate: how fast the rate falls, 0 or more; with 1, epoch 1 trains with half of alpha0.

    Returns:
        alpha0 / (1 + decay_rate * epoch).

    Raises:
        ValueError: an argument is out of range.
    """
    require_positive("alpha0", alpha0)
    require_count("epoch", epoch, least=0)
    require_not_negative("decay_rate", decay_rate)
    return alpha0 / (1 + decay_rate * epoch)


def exponential_decay(alpha0: float, epoch: int, base: float = 0.95) -> float:
    """Keep a fixed share of the learning rate from each epoch to the next.

    Args:
        alpha0: learning rate of epoch 0, above 0.
        epoch: whole number, 0 or more.
        base: share that is kept each epoch, above 0 and at most 1.

    Returns:
        base^epoch * alpha0.

    Raises:
        ValueError: an argument is out of range.
    """
    require_positive("alpha0", alpha0)
    require_count("epoch", epoch, least=0)
    _require_share("base", base)
    return alpha0 * float(base) ** epoch


def sqrt_decay(alpha0: float, step: int, k: float = 1.0) -> float:
    """Divide the learning rate by the square root of the step, or of the epoch.

    Args:
        alpha0: learning rate, above 0.
        step: number of the mini-batch step, or of the epoch, counted from 1.
        k: constant, above 0.

    Returns:
        k / sqrt(step) * alpha0.

    Raises:
        ValueError: an argument is out of range.
    """
    require_positive("alpha0", alpha0)
    require_count("step", step)
    require_positive("k", k)
    return float(alpha0 * k / np.sqrt(step))


def staircase_decay(alpha0: float, epoch: int, factor: float, every: int) -> float:
    """Lower the learning rate abruptly, once every `every` epochs.

    Args:
        alpha0: learning rate of the first `every` epochs, above 0.
        epoch: whole number, 0 or more.
        factor: share that is kept at each drop, above 0 and at most 1.
        every: epochs between two drops, 1 or more.

    Returns:
        alpha0 * factor^floor(epoch / every).

    Raises:
        ValueError: an argument is out of range.
    """
    require_positive("alpha0", alpha0)
    require_count("epoch", epoch, least=0)
    _require_share("factor", factor)
    require_count("every", every)
    return alpha0 * float(factor) ** (epoch // every)


def manual_schedule(alpha0: float, epoch: int, milestones: Mapping[int, float]) -> float:
    """Look up the learning rate in a schedule that was set by hand, say, by someone watching the training.

    Args:
        alpha0: learning rate until the first milestone, above 0.
        epoch: whole number, 0 or more.
        milestones: {epoch: learning rate from that epoch on}, in any order, possibly empty.

    Returns:
        The learning rate of the latest milestone that `epoch` has reached, or alpha0 if there is none.

    Raises:
        ValueError: an argument is out of range, or a milestone is not an epoch with a learning rate above 0.
    """
    require_positive("alpha0", alpha0)
    require_count("epoch", epoch, least=0)
    require(isinstance(milestones, Mapping), "milestones", milestones, "a dict of epochs and learning rates")
    for milestone, alpha in milestones.items():
        valid = is_count(milestone, 0) and is_finite_number(alpha) and alpha > 0
        require(valid, "milestones", {milestone: alpha}, "a dict of epochs, 0 or more, and learning rates above 0")
    reached = [milestone for milestone in milestones if milestone <= epoch]
    return milestones[max(reached)] if reached else alpha0


def _require_share(argument: str, share: float) -> None:
    require(is_finite_number(share) and 0 < share <= 1, argument, share, "a number in (0, 1]")
