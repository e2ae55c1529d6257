"""What Validate does: it runs the notebook from the top and tells which of the visible checks fail."""

c = get_config()  # noqa: F821, nbgrader provides it

# The visible checks carry no points; the hidden tests, which do, run only when your work is graded.
c.Validator.validate_all = True

# As long as a cell may run when your work is graded.
c.Execute.timeout = 20
c.Execute.interrupt_on_timeout = True
