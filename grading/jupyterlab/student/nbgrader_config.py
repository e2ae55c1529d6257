"""nbgrader for a student: who they are, where to submit, and how Validate works."""

from pathlib import Path

c = get_config()

course = Path(__file__).resolve().parents[3]

c.CourseDirectory.course_id = "optimization"
c.Exchange.root = str(course / "_class" / "exchange")

# If students have their own accounts, leave this out; nbgrader then takes the account's name.
c.CourseDirectory.student_id = "student"

# Validate counts the visible checks, which carry no points; students don't have the hidden tests.
c.Validator.validate_all = True
c.Execute.timeout = 20
c.Execute.interrupt_on_timeout = True
c.Execute.raise_on_iopub_timeout = False
c.Execute.kernel_name = "python3"
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:"]
