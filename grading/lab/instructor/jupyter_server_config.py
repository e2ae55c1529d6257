"""JupyterLab as the instructor has it: Create Assignment, Validate and formgrader, no Assignment List."""

from importlib import metadata

c = get_config()  # noqa: F821, traitlets provides it

c.ServerApp.jpserver_extensions = {
    "nbgrader.server_extensions.assignment_list": False,
    "nbgrader.server_extensions.course_list": False,
}

# Formulas in formgrader: its template asks this server for MathJax and nobody else.
mathjax = next(file.locate() for file in metadata.files("sphinx-mathjax-offline") if file.name == "tex-svg.js")
c.ServerApp.extra_static_paths = [str(mathjax.parent)]
