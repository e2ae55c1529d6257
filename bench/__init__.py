"""How fast grading is, compared with stock nbgrader and with the fastest it could be."""
