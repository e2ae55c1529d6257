"""A class in a folder of its own, graded by nbgrader with the project's settings or with nbgrader's own."""

import contextlib
import copy
import json
import os
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from time import monotonic, sleep

import nbformat
from nbgrader.api import Gradebook

from grading.classroom import ROOT
from grading.virtual_environment import derive
from tests.hostile.attack import HONEST, Attack, Graded, save
from tests.released import ASSIGNMENT, answered, find, short_source

STOCK = """
import os
c = get_config()
root = os.path.dirname(os.path.abspath(__file__))
c.CourseDirectory.course_id = "optimization"
c.CourseDirectory.root = root
c.CourseDirectory.source_directory = "assignments"
for step in ("release", "submitted", "autograded", "feedback"):
    setattr(c.CourseDirectory, step + "_directory", f"_class/{step}")
c.CourseDirectory.db_url = f"sqlite:///{root}/_class/gradebook.db"
c.Execute.timeout = 10
c.Execute.raise_on_iopub_timeout = False
c.Execute.kernel_name = "python3"
"""
PARTS = (f"assignments/{ASSIGNMENT}", "course", "grading", "solutions")
SECRETS = ("work", "home", "environment", "gradebook", "reference", "tests", "student")
GIGABYTE = 2**30
MEASURED = Path(__file__).with_name("measured.py")


class Scene:
    """A class with one honest student, secrets in every place, and somebody who listens.

    Use it as a context manager: at the end, all that was started in it is stopped.

    Attributes: see `tests.hostile.attack.Scene`.
    """

    def __init__(self, folder: Path, stock: bool, cell_seconds: float | None = None) -> None:
        """Build the class.

        Args:
            folder: a new one; all that is written lies in it.
            stock: whether nbgrader grades with its own settings; else with the project's.
            cell_seconds: another limit than the project's.
        """
        self.folder, self.stock = folder, stock
        self.token, self.me, self.heard, self.graded = secrets.token_hex(8), "", [], {}
        self.graded_again: set[str] = set()
        self.project, self.home, self.outside = (folder / name for name in ("project", "home", "outside"))
        self.seconds = self.megabytes = self.cpu_seconds = 0.0
        self._untouched = folder.with_name(f"{folder.name}-untouched")
        for path in (self.home, self.outside, self.project / "_class" / "submitted" / f"{self.token}-student"):
            path.mkdir(parents=True)
        for part in PARTS:
            shutil.copytree(ROOT / part, self.project / part, ignore=shutil.ignore_patterns("__pycache__"))
        if stock:
            (self.project / "nbgrader_config.py").write_text(STOCK)
        else:
            settings = (ROOT / "nbgrader_config.py").read_text()
            limit = f"\nc.ExecuteInSandbox.cell_seconds = {cell_seconds}\n" if cell_seconds else ""
            (self.project / "nbgrader_config.py").write_text(settings + limit)
        # The kernels that nbgrader starts import this class's packages, and not the project's own.
        self._python = str(derive(folder / "python", self.project)) if stock else sys.executable
        self._hide_secrets()
        released = self._run("nbgrader", "generate_assignment", ASSIGNMENT, seconds=200)
        assert released == 0, (folder / "log.txt").read_text()
        with Gradebook(self.gradebook) as gradebook:
            gradebook.add_student(HONEST, last_name=f"{self.token}-gradebook")
        self._hand_in_honestly()
        shutil.copytree(folder, self._untouched)

    def __enter__(self) -> "Scene":
        self._sockets = [socket.socket(family, kind) for family, kind in _KINDS]
        tcp, udp, abstract, path = self._sockets
        tcp.bind(("127.0.0.1", 0))
        self.port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", self.port))
        abstract.bind(f"\0{self.token}")
        # The name of a socket has room for a hundred bytes.
        here = os.open(self.outside, os.O_DIRECTORY)
        path.bind(f"/proc/self/fd/{here}/socket")
        os.close(here)
        for listener in self._sockets:
            listener.settimeout(0.2)
            threading.Thread(target=self._listen, args=(listener,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        for listener in self._sockets:
            listener.close()
        self._stop_what_is_left()
        for path in (Path("/tmp") / self.token, Path("/dev/shm") / self.token):
            path.unlink(missing_ok=True)

    def _start_afresh(self) -> None:
        """Undo everything that an attack may have done to the class."""
        self._stop_what_is_left()
        self.heard.clear()
        self.graded.clear()
        self.graded_again.clear()
        self.megabytes = self.cpu_seconds = 0.0
        for part in (self.project, self.home):
            shutil.rmtree(part)
            shutil.copytree(self._untouched / part.name, part)
        for path in self.outside.iterdir():
            if not path.is_socket():
                path.unlink()

    def attempt(
        self, attacks: Iterable[Attack], seconds: float = 240, look=None, by_workers: bool = False
    ) -> dict[Attack, bool]:
        """Hand in the attacks, grade the class, and see which attacks succeeded.

        Args:
            attacks: to be tried together.
            seconds: after which grading is ended by force.
            look: shows this scene to a browser; feedback is made for it.
            by_workers: whether the project's own command grades, and then once more; else nbgrader's `autograde`.
        """
        self._start_afresh()
        scenes = {}
        for attack in attacks:
            mine = scenes[attack] = copy.copy(self)
            mine.me = self.student(attack)
            folder = self._submitted(mine.me)
            folder.mkdir(parents=True)
            attack.hand_in(folder, mine)
        if by_workers:
            self.grade_by_workers(seconds)
        else:
            self.grade(seconds, feedback=look is not None)
        if look:
            look(self)
        for mine in scenes.values():
            mine.seconds = self.seconds / len(scenes)
            mine.megabytes, mine.cpu_seconds = self.megabytes, self.cpu_seconds / len(scenes)
        return {a: a.succeeded(mine, self.graded.get(mine.me, Graded())) for a, mine in scenes.items()}

    @staticmethod
    def student(attack: Attack) -> str:
        """Name the student who hands in an attack."""
        return f"{attack.group}-{attack.name}".replace("_", "-")

    def grade(self, seconds: float, feedback: bool) -> None:
        """Autograde everybody and, if asked for, make the feedback."""
        started = monotonic()
        self._run("nbgrader", "autograde", ASSIGNMENT, seconds=seconds)
        if feedback:
            self._run("nbgrader", "generate_feedback", ASSIGNMENT, seconds=seconds)
        self.seconds = monotonic() - started
        self._look_at_what_became_of_everybody()

    def grade_by_workers(self, seconds: float) -> None:
        """Grade everybody with the project's own command, on two workers, and run it once more."""
        command = ["grading", "grade", ASSIGNMENT, "--workers", "2"]
        started = monotonic()
        self._run(*command, seconds=seconds)
        self.seconds = monotonic() - started
        before = self._pages()
        self._run(*command, seconds=seconds)
        after = self._pages()
        self.graded_again.update(student for student in before | after if before.get(student) != after.get(student))
        self._look_at_what_became_of_everybody()

    def _pages(self) -> dict[str, int]:
        pages = (self.project / "_class" / "feedback").glob(f"*/{ASSIGNMENT}/{ASSIGNMENT}.html")
        return {page.parts[-3]: page.stat().st_mtime_ns for page in pages}

    def _look_at_what_became_of_everybody(self) -> None:
        # What lives on has the time to show it.
        sleep(1)
        for folder in (self.project / "_class" / "submitted").iterdir():
            self.graded[folder.name] = self._result(folder.name)

    def processes(self) -> list[str]:
        return [line for _, line in _processes("cmdline")]

    def _result(self, student: str) -> Graded:
        try:
            with Gradebook(self.gradebook) as gradebook:
                notebook = gradebook.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, student)
                points = {grade.name: grade.score for grade in notebook.grades}
        except Exception:  # noqa: BLE001, the gradebook may be the victim
            points = {}
        marked = self.project / "_class" / "autograded" / student / ASSIGNMENT
        page = self.project / "_class" / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
        said = "".join(map(_said, marked.iterdir())) if marked.is_dir() else ""
        return Graded(points, said, page if page.exists() else None)

    def _submitted(self, student: str) -> Path:
        return self.project / "_class" / "submitted" / student / ASSIGNMENT

    @property
    def gradebook(self) -> str:
        return f"sqlite:///{self.project}/_class/gradebook.db"

    def _hide_secrets(self) -> None:
        (self.home / "secret.txt").write_text(f"{self.token}-home")
        with (self.project / "solutions" / f"{ASSIGNMENT}.py").open("a") as reference:
            reference.write(f"\n# {self.token}-reference\n")
        path = self.project / "assignments" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        text = nbformat.writes(short_source())
        path.write_text(
            text.replace("### END HIDDEN", f'# {self.token}-tests\\n",\n    "### END HIDDEN'), encoding="utf-8"
        )

    def _hand_in_honestly(self) -> None:
        notebook = answered(short_source())
        find(notebook, "reflection").source += f" {self.token}-work"
        self._submitted(HONEST).mkdir(parents=True)
        save(self._submitted(HONEST), notebook)

    def _run(self, *command: str, seconds: float) -> int:
        most = self.folder / "most.json"
        with (self.folder / "log.txt").open("a") as log:
            measured = [sys.executable, str(MEASURED), str(most), str(seconds)]
            process = subprocess.run(
                [*measured, self._python, "-m", *command],
                cwd=self.project,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=_limit if self.stock else None,
                check=False,
            )
        taken = json.loads(most.read_text())
        self.megabytes = max(self.megabytes, taken["megabytes"])
        self.cpu_seconds = max(self.cpu_seconds, taken["cpu_seconds"])
        return process.returncode

    def environment(self) -> dict[str, str]:
        """Return the environment of the person who grades."""
        return {
            "HOME": str(self.home),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MPLCONFIGDIR": str(self.folder / "matplotlib"),
            "COURSE_SECRET": f"{self.token}-environment",
        }

    def _listen(self, listener: socket.socket) -> None:
        if listener.type == socket.SOCK_STREAM:
            listener.listen()
        while listener.fileno() >= 0:
            try:
                if listener.type == socket.SOCK_DGRAM:
                    self._hear(listener.recv(4096))
                else:
                    connection, _ = listener.accept()
                    with connection:
                        connection.settimeout(1)
                        # Connecting to a socket that bears the token is already a success.
                        self._hear(connection.recv(65536))
            except OSError:
                continue

    def _hear(self, message: bytes) -> None:
        self.heard.append(message.decode(errors="replace"))

    def _stop_what_is_left(self) -> None:
        """End the processes that this class's grading started: they bear its token."""
        for pid, text in [*_processes("environ"), *_processes("cmdline")]:
            if self.token in text and pid != os.getpid():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


_KINDS = (
    (socket.AF_INET, socket.SOCK_STREAM),
    (socket.AF_INET, socket.SOCK_DGRAM),
    (socket.AF_UNIX, socket.SOCK_STREAM),
    (socket.AF_UNIX, socket.SOCK_STREAM),
)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (4 * GIGABYTE, 4 * GIGABYTE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (GIGABYTE // 2, GIGABYTE // 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _processes(what: str) -> list[tuple[int, str]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / what).read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        found.append((int(folder.name), text))
    return found


def _said(path: Path) -> str:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > GIGABYTE:
        return ""
    text = path.read_text(errors="replace")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    locked = [cell.get("metadata", {}).get("nbgrader", {}).get("locked", False) for cell in cells]
    sources = ["" if fixed else "".join(cell["source"]) for cell, fixed in zip(cells, locked, strict=True)]
    return "\n".join(sources) + json.dumps([cell.get("outputs", []) for cell in cells], ensure_ascii=False)
