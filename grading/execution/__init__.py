"""From a canonical notebook to an executed one: the student's cells in the sandbox, then the hidden tests outside it.

In: a notebook whose locked cells are the instructor's, and limits. Out: the same notebook with safe outputs, among them
what the hidden tests found.
"""
