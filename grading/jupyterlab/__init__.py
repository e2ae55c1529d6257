"""JupyterLab with nbgrader's extensions, as students and the instructor see it."""

from grading.jupyterlab.opening import ROLES, open_lab

__all__ = ["ROLES", "open_lab"]
