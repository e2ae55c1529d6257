"""The data of the course. It all comes with installed packages; nothing is downloaded."""

from typing import NamedTuple

import numpy as np


class Temperatures(NamedTuple):
    """A daily series: `dates`, shape (n,), dtype datetime64[D]; `celsius`, shape (n,), each day's highest in °C."""

    dates: np.ndarray
    celsius: np.ndarray


class Digits(NamedTuple):
    """Handwritten digits, one example per column: X (64, m) with values in [0, 1], Y (10, m) one-hot."""

    X_train: np.ndarray
    Y_train: np.ndarray
    X_test: np.ndarray
    Y_test: np.ndarray


def seattle_temperatures() -> Temperatures:
    """Load Seattle's highest temperature of each day from January 1, 2012 to December 31, 2015: 1,461 days.

    Source: NOAA, public domain, from the package vega_datasets.
    """
    from vega_datasets import data

    weather = data.seattle_weather()
    return Temperatures(weather["date"].to_numpy().astype("datetime64[D]"), weather["temp_max"].to_numpy(dtype=float))


def digits() -> Digits:
    """Load 1,797 handwritten digits of 8 by 8 pixels, always the same 1,437 for training and 360 for testing.

    Source: Alpaydin & Kaynak (1998), UCI repository, from the package scikit-learn.
    """
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))
    X, Y = images[order].T / 16, np.eye(10)[labels[order]].T
    return Digits(X[:, :1437], Y[:, :1437], X[:, 1437:], Y[:, 1437:])
