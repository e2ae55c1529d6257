"""The sandbox, in which students' code runs isolated, and a wire of plain data between it and the grader.

In: the text of cells, names of functions and their arguments. Out: outputs and results, as untrusted plain data.
"""
