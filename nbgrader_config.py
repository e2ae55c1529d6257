"""nbgrader's settings, for its own commands and for `python -m grading` alike."""

import os
import sys
from pathlib import Path

import nbgrader.server_extensions.formgrader

c = get_config()

root = Path(__file__).resolve().parent

# SQLite creates the gradebook, but not its folder; nor does nbgrader create the exchange.
exchange = root / "_class" / "exchange"
exchange.mkdir(parents=True, exist_ok=True)

c.CourseDirectory.course_id = "optimization"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "assignments"
c.CourseDirectory.release_directory = "_class/release"
c.CourseDirectory.submitted_directory = "_class/submitted"
c.CourseDirectory.autograded_directory = "_class/autograded"
c.CourseDirectory.feedback_directory = "_class/feedback"
c.CourseDirectory.solution_directory = "_class/solution"

# Students with accounts on this computer fetch and submit here, with nbgrader's Assignment List. On a shared server,
# name a folder that everybody may enter, such as nbgrader's own default: "/usr/local/share/nbgrader/exchange".
c.Exchange.root = str(exchange)

# The gradebook is a file. If several people grade at the same time, or on other machines, name a PostgreSQL database:
# "postgresql+psycopg://user@host/database", with the password in ~/.pgpass. A new gradebook gets its assignments from
# `python -m grading release`, and its marks from `python -m grading grade`, for which all submissions are new then.
c.CourseDirectory.db_url = f"sqlite:///{root}/_class/gradebook.db"

# If somebody has locked it, PostgreSQL would wait forever; SQLite gives up after five seconds.
os.environ.setdefault("PGOPTIONS", "-c lock_timeout=5s")

# nbgrader starts `alembic` by name to create a gradebook, even if the virtual environment isn't activated.
programs = str(Path(sys.executable).parent)
if programs not in os.environ["PATH"].split(os.pathsep):
    os.environ["PATH"] = os.pathsep.join([programs, os.environ["PATH"]])

# The networks are small, so more threads for a matrix product cost more than they gain.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Students' cells run in a sandbox, and the hidden tests run outside it, between nbgrader's own steps. A cell that takes
# too long is stopped, which costs the points of its own function. It isn't its fault if the machine is busy, so the
# seconds are those in which it computes or sleeps, and waiting for a processor hardly counts. For honest cells that
# take longer than the seconds in grading/sandbox/limits.py, add `c.ExecuteInSandbox.cell_seconds = 60`.
c.Autograde.exporter_class = "grading.plugins.autograde.SubmissionExporter"
c.Autograde.autograde_preprocessors = [
    "grading.plugins.autograde.ExecuteInSandbox",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Links that students put into the exchange are not followed.
c.ExchangeFactory.collect = "grading.plugins.exchange_collector.CollectWithoutLinks"

# nbgrader still starts kernels for Validate. They write no history file, and the notebook's metadata doesn't choose the
# program.
c.Execute.timeout = 20
c.Execute.interrupt_on_timeout = True
c.Execute.raise_on_iopub_timeout = False
c.Execute.kernel_name = "python3"
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:"]

# Feedback pages load nothing from elsewhere: our templates for formulas come before nbgrader's.
formgrader = Path(nbgrader.server_extensions.formgrader.__file__).parent
c.HTMLExporter.extra_template_basedirs = [
    str(root / "grading" / "plugins" / "templates"),
    str(formgrader / "templates"),
]

# Students get the page without the hidden tests. Its templates are the same for each submission and compiled once.
c.GenerateFeedback.preprocessors = [
    "grading.plugins.feedback.HideTests",
    "nbgrader.preprocessors.GetGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
c.GenerateFeedback.exporter_class = "grading.plugins.feedback.FeedbackExporter"
c.FeedbackExporter.template_file = "with_version.html.j2"

# What students write can't do anything in a reader's browser, and can't take long to show.
c.HTMLExporter.filters = {
    "markdown2html": "grading.plugins.page_filters.markdown",
    "highlight_code": "grading.plugins.page_filters.code",
    "strip_files_prefix": "grading.plugins.page_filters.unchanged",
}

# Validate counts the visible checks, which carry no points; students don't have the hidden tests.
c.Validator.validate_all = True

# Late work loses a tenth of its points for each day begun after the due date. The first hour is free, so nobody is late
# by a minute. Assignments without a due date are never late. For another policy, change the two numbers or name your
# own plugin.
c.AssignLatePenalties.plugin_class = "grading.plugins.late_penalty.DailyLatePenalty"
c.DailyLatePenalty.share_per_day = 0.1
c.DailyLatePenalty.grace_seconds = 3600
