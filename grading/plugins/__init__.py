"""What nbgrader calls by name, as nbgrader_config.py says: its own steps with ours in their places.

In: nbgrader's notebooks and resources. Out: the same, for nbgrader's next step. nbgrader's own commands, formgrader and
`python -m grading grade` all come through here.
"""
