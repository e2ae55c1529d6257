"""One look for every figure: colours that a colour-blind reader can tell apart, and the shapes we draw most."""

from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes

# Okabe & Ito (2008), Color Universal Design: told apart with any colour vision.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PINK = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY = "#767676"


def use_style() -> None:
    """Set Matplotlib's defaults for the figures of this course: colour and dash change together from line to line."""
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
        loss: takes points of shape (2, ...) and gives their losses, of shape (...).
        w1: range of the first parameter, drawn to the right.
        w2: range of the second parameter, drawn upwards.
    """
    grid = np.stack(np.meshgrid(np.linspace(*w1, 200), np.linspace(*w2, 200)))
    losses = loss(grid)
    lowest = losses.min()
    # Spaced by squares: the contours of a quadratic bowl then stand at even distances.
    levels = lowest + (losses.max() - lowest) * np.linspace(0.02, 1, 15) ** 2
    ax.contour(*grid, losses, levels=levels, colors=GREY, linewidths=0.7, linestyles="-")
    ax.set(xlabel="parameter $w_1$", ylabel="parameter $w_2$")
    ax.grid(visible=False)


def draw_path(ax: Axes, path: Sequence[np.ndarray], label: str, **style: object) -> None:
    """Draw the points that an optimizer visits, from a filled start to an open end.

    Args:
        ax: where to draw.
        path: the points, shape (steps + 1, 2).
        label: the optimizer's name, for the legend.
        style: passed on to `Axes.plot`.
    """
    path = np.asarray(path)
    (line,) = ax.plot(path[:, 0], path[:, 1], marker=".", markersize=4, label=label, **style)
    ax.plot(*path[0], "o", color=line.get_color())
    ax.plot(*path[-1], "o", color=line.get_color(), markerfacecolor="white", markersize=8)
