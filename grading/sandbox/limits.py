"""How much a submission may use."""

from dataclasses import asdict, dataclass

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """What a submission may use, the grader's own steps not counted.

    Attributes:
        cell_seconds: of a cell, and of all calls of one test cell together.
        notebook_seconds: of the whole notebook, its repetitions after a crash included.
        memory: bytes of address space of each process.
        files: bytes of all files in the sandbox together, which live in memory.
        file_size: bytes of one file.
        processes: processes and threads together, the copies that are kept for the tests among them.
        open_files: file descriptors of each process.
        cell_text: characters of text that a cell may put out.
        cell_output: bytes that a cell may put out, images included.
    """

    cell_seconds: float = 20.0
    notebook_seconds: float = 180.0
    memory: int = 2048 * MEBIBYTE
    files: int = 64 * MEBIBYTE
    file_size: int = 32 * MEBIBYTE
    processes: int = 64
    open_files: int = 128
    cell_text: int = 200_000
    cell_output: int = 8 * MEBIBYTE

    def plain(self) -> dict[str, float | int]:
        """Give the limits as plain data, for the wire."""
        return asdict(self)
