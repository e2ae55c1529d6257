"""How much a submission may use, and how long the grader waits for it."""

from dataclasses import dataclass

from grading.intake.limits import MAX_CELL_OUTPUT_CHARACTERS

MEBIBYTE = 2**20

# For the zygote, from its start until it has imported what notebooks need.
START_SECONDS = 60.0
# For what takes milliseconds: an honest notebook must not lose points because the machine is busy.
STEP_SECONDS = 20.0
# Between an interrupt and the end of the process.
GRACE_SECONDS = 2.0
# Of a notebook's process; and of the copy that answers one question.
MAX_RESTARTS = 12


@dataclass(frozen=True)
class Limits:
    """What a submission may use, not counting the grader's own steps.

    Attributes:
        cell_seconds: for a cell, and for all calls of one test cell together.
        notebook_seconds: for the whole notebook, including its repetitions after a crash.
        memory_bytes: address space of each process.
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
    all_files_bytes: int = 64 * MEBIBYTE
    one_file_bytes: int = 32 * MEBIBYTE
    processes: int = 64
    open_files: int = 128
    cell_text_characters: int = 200_000
    cell_output_characters: int = MAX_CELL_OUTPUT_CHARACTERS
