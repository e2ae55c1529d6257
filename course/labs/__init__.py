"""Figures that a reader can move, on a page without a kernel and in JupyterLab."""

from course.labs.average import AverageLab
from course.labs.batch import BatchLab
from course.labs.lab import Challenge
from course.labs.path import PathLab
from course.labs.schedule import ScheduleLab

__all__ = ["AverageLab", "BatchLab", "Challenge", "PathLab", "ScheduleLab"]
