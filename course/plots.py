"""One look for every figure: colors that a color-blind reader can tell apart, and the shapes we draw most."""

from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

# Okabe & Ito (2008), Color Universal Design: distinct for every kind of color vision.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PINK = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY = "#767676"


def use_style() -> None:
    """Set Matplotlib's defaults for the figures of this course: color and dash change together from line to line."""
    plt.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=[BLUE, RED, GREEN, ORANGE, PINK, SKY])
            + cycler(linestyle=["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2))]),
            "axes.grid": True,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "figure.constrained_layout.use": True,
            "figure.dpi": 120,
            "figure.facecolor": "white",
            "figure.figsize": (6.0, 3.6),
            "font.size": 11,
            "grid.alpha": 0.3,
            "legend.frameon": False,
            "lines.linewidth": 1.8,
        }
    )


def draw_contours(
    ax: Axes, loss: Callable[[np.ndarray], np.ndarray], w1: tuple[float, float], w2: tuple[float, float]
) -> None:
    """Draw the contours of a loss over two parameters.

    Args:
        ax: where to draw.
        loss: takes points of shape (2, ...) and returns their losses, of shape (...).
        w1: range of the first parameter, on the horizontal axis.
        w2: range of the second parameter, on the vertical axis.
    """
    grid = np.stack(np.meshgrid(np.linspace(*w1, 200), np.linspace(*w2, 200)))
    losses = loss(grid)
    lowest = losses.min()
    # Levels that grow with the square give evenly spaced contours in a quadratic bowl.
    levels = lowest + (losses.max() - lowest) * np.linspace(0.02, 1, 15) ** 2
    ax.contour(*grid, losses, levels=levels, colors=GREY, linewidths=0.7, linestyles="-")
    ax.set(xlabel="parameter $w_1$", ylabel="parameter $w_2$")
    ax.grid(visible=False)


def draw_path(ax: Axes, path: ArrayLike, label: str, **style: Any) -> None:
    """Draw the points that an optimizer visits, with a filled marker at the start and an open one at the end.

    Args:
        ax: where to draw.
        path: the points, shape (steps + 1, 2).
        label: the optimizer's name, for the legend.
        style: passed on to `Axes.plot`.
    """
    points = np.asarray(path)
    (line,) = ax.plot(points[:, 0], points[:, 1], marker=".", markersize=4, label=label, **style)
    ax.plot(*points[0], "o", color=line.get_color())
    ax.plot(*points[-1], "o", color=line.get_color(), markerfacecolor="white", markersize=8)
