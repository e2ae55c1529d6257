"""From what a platform or the exchange gave to `submitted/<student>/<assignment>/<assignment>.ipynb`.

In: a zip or folder of uploads, or nbgrader's exchange; the class list. Out: the newest notebook of each student and
assignment with the time of its hand-in, and a list of what could not be matched.
"""
