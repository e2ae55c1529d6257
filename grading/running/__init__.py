"""Grading a class: submissions go to a pool of workers, results come back, and one process writes.

In: `submitted/`, the gradebook and what marks rest on. Out: rows of the gradebook, `autograded/` and `feedback/`.
"""
