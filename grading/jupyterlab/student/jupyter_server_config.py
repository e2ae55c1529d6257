"""JupyterLab for a student: Assignment List and Validate, but no formgrader."""

c = get_config()

c.ServerApp.jpserver_extensions = {
    "nbgrader.server_extensions.course_list": False,
    "nbgrader.server_extensions.formgrader": False,
}
