"""JupyterLab with nbgrader's extensions, as a student has it and as the instructor has it."""

from grading.jupyterlab.opening import ROLES, open_lab

__all__ = ["ROLES", "open_lab"]
