"""From the bytes that were handed in to a bounded notebook that is safe to run and to show, or a refusal.

In: a file and the folder around it, both untrusted. Out: the instructor's notebook with the student's text in it, or a
sentence on why there is none; and, later, outputs and Markdown that do nothing in anybody's browser.
"""
