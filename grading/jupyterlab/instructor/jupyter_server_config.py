"""JupyterLab for the instructor: Create Assignment, Validate and formgrader, but no Assignment List."""

c = get_config()

c.ServerApp.jpserver_extensions = {
    "nbgrader.server_extensions.assignment_list": False,
    "nbgrader.server_extensions.course_list": False,
}
