"""JupyterLab as the instructor has it: Create Assignment, Validate and formgrader, no Assignment List."""

c = get_config()

c.ServerApp.jpserver_extensions = {
    "nbgrader.server_extensions.assignment_list": False,
    "nbgrader.server_extensions.course_list": False,
}
