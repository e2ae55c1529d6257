"""From the gradebook and the graded notebooks to what the instructor reads: tables, exports, the report.

In: marks and structured results. Out: `marks.csv`, a platform's file, `report.html`, text for the terminal.
"""
