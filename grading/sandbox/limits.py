"""How much a submission may use, and how long the grader waits for it."""

from dataclasses import dataclass

from grading.intake.limits import MAX_CELL_OUTPUT_CHARACTERS

MEBIBYTE = 2**20

# For the zygote, from its start until it has imported what notebooks need.
START_SECONDS = 60.0
# For what takes milliseconds: an honest notebook must not lose points because the machine is busy.
STEP_SECONDS = 20.0
# Between an interrupt and the end of the process, and until a process that was killed is gone.
GRACE_SECONDS = 2.0
# Between two looks at what a submission uses.
LOOK_SECONDS = 0.1
# A second in which a submission waits for a processor counts as so much of its own time.
WAITING_COUNTS = 0.25
# Processor time that a submission may use beyond one processor's before its processes are ended.
BURST_SECONDS = 5.0
# Of a notebook's process; and of the copy that answers one question.
MAX_RESTARTS = 12


@dataclass(frozen=True)
class Limits:
    """What a submission may use, not counting the grader's own steps.

    Seconds are the submission's own, so that nobody is late because of others. The processor time of all its processes
    counts, and so does the time in which they sleep while the grader waits for them. While they could run but others
    have taken the processors, a second counts a quarter. So nothing lasts longer by the clock than four times its
    limit, whatever a submission does to look as if it waited. More than one processor's worth at a time it may use for
    `BURST_SECONDS` only.

    Attributes:
        cell_seconds: for a cell, and for all calls of one test cell together.
        notebook_seconds: for the whole notebook, including its repetitions after a crash.
        memory_bytes: address space of each process.
        all_memory_bytes: memory of all processes and files together.
        all_files_bytes: all files in the sandbox together, which live in memory.
        one_file_bytes: a single file.
        processes: processes and threads together, including the copies that are kept for the tests.
        open_files: file descriptors of each process.
        cell_text_characters: text that a cell may write to its streams.
        cell_output_characters: other output of a cell, including its images in base64.
    """

    cell_seconds: float = 20.0
    notebook_seconds: float = 180.0
    memory_bytes: int = 2048 * MEBIBYTE
    all_memory_bytes: int = 3072 * MEBIBYTE
    all_files_bytes: int = 64 * MEBIBYTE
    one_file_bytes: int = 32 * MEBIBYTE
    processes: int = 64
    open_files: int = 128
    cell_text_characters: int = 200_000
    cell_output_characters: int = MAX_CELL_OUTPUT_CHARACTERS

    @property
    def longest_seconds(self) -> float:
        """The seconds by the clock that a notebook can take at most, on the busiest machine."""
        return self.notebook_seconds / WAITING_COUNTS
