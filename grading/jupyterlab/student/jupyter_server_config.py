"""JupyterLab as a student has it: Assignment List and Validate, no formgrader."""

c = get_config()

c.ServerApp.jpserver_extensions = {
    "nbgrader.server_extensions.course_list": False,
    "nbgrader.server_extensions.formgrader": False,
}
