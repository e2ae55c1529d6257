"""From a student's function to a structured result.

In: a question (the reference, hidden cases, criteria with points, common mistakes) and the student's function.
Out: which criteria are met and for how many points, which mistake was recognized, and which calls failed.
"""
