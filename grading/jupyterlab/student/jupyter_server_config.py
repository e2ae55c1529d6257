"""JupyterLab as a student has it: Assignment List and Validate, no formgrader."""

c = get_config()  # noqa: F821, traitlets provides it

c.ServerApp.jpserver_extensions = {
    "nbgrader.server_extensions.course_list": False,
    "nbgrader.server_extensions.formgrader": False,
}
