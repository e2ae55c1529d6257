"""IPython's shell without a kernel around it: cells go in, outputs in the notebook format come out."""

import builtins
import getpass
import io
import sys
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import activate_matplotlib
from matplotlib_inline import backend_inline
from traitlets import Type
from traitlets.config import Config

Output = dict[str, Any]

INLINE = "module://matplotlib_inline.backend_inline"

# Characters that each output counts as beside its own: many small ones are as much work as a large one.
EACH_STREAM, EACH_OUTPUT = 100, 10_000


class Outputs:
    """The outputs of the cell that is running, bounded in length."""

    def __init__(self) -> None:
        self.start(0, 0)

    def start(self, max_text: int, max_output: int) -> list[Output]:
        """Begin a cell and return the list that its outputs will be in.

        Args:
            max_text: characters that it may write to its streams.
            max_output: characters of its other outputs.
        """
        self.list: list[Output] = []
        self._text_left, self._output_left = max_text, max_output
        return self.list

    def write(self, stream: str, text: str) -> None:
        """Add text to a stream."""
        if self._text_left <= 0:
            return
        if len(text) > self._text_left:
            text = f"{text[: self._text_left]}\n[the rest of the output was cut off]\n"
            self._text_left = 0
        self._text_left -= len(text)
        if self.list and self.list[-1].get("name") == stream:
            self.list[-1]["text"].append(text)
        else:
            self._text_left -= EACH_STREAM
            self.list.append({"output_type": "stream", "name": stream, "text": [text]})

    def add(self, output: Output) -> None:
        """Add a result, a display or an error."""
        size = sum(map(len, [*output.get("data", {}).values(), *output.get("traceback", ())])) + EACH_OUTPUT
        if size <= self._output_left:
            self._output_left -= size
            self.list.append(output)
        elif output["output_type"] == "error":
            self.list.append({**output, "evalue": output["evalue"][:1000], "traceback": []})

    def clear(self) -> None:
        """Drop the outputs so far, as `clear_output` asks."""
        self.list.clear()


def _texts(bundle: Any) -> dict[str, str]:
    """Return what the grader may keep of a bundle; JSON, such as a widget's, it never does."""
    return {kind: value for kind, value in bundle.items() if isinstance(value, str)}


class _Stream(io.TextIOBase):
    def __init__(self, outputs: Outputs, name: str) -> None:
        self._outputs, self._name = outputs, name

    encoding = "UTF-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outputs.write(self._name, text)
        return len(text)


class _Publisher(DisplayPublisher):
    shell: "NotebookShell"

    def publish(self, data: Any, metadata: Any = None, *_: Any, **__: Any) -> None:
        self.shell.outputs.add({"output_type": "display_data", "data": _texts(data)})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear()


class _Hook(DisplayHook):
    shell: "NotebookShell"

    def write_output_prompt(self) -> None:
        """Show no prompt: the notebook has its own."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.outputs.add({"output_type": "execute_result", "data": _texts(format_dict)})

    def finish_displayhook(self) -> None:
        self._is_active = False


class NotebookShell(InteractiveShell):
    """Runs cells; `run` is all that the sandbox needs."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)

    def __init__(self, **kwargs: Any) -> None:
        self.outputs = Outputs()
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]  # IPython does not type it
        # Notebooks show their figures with this backend even if they never ask for it.
        activate_matplotlib(INLINE)
        backend_inline.configure_inline_support(self, INLINE)

    def run(self, source: str, count: int, max_text: int, max_output: int) -> list[Output]:
        """Run a cell and return its outputs in the notebook format.

        Args:
            source: of the cell.
            count: its execution count.
            max_text: characters that it may write to its streams.
            max_output: characters of its other outputs.
        """
        outputs = self.outputs.start(max_text, max_output)
        self.execution_count = count
        streams = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = _Stream(self.outputs, "stdout"), _Stream(self.outputs, "stderr")
        try:
            self.run_cell(source, store_history=True)
        except KeyboardInterrupt:  # it came after the cell's own code
            self.showtraceback()
        finally:
            sys.stdout, sys.stderr = streams
        return [_plain(output) for output in outputs]

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        try:
            text = str(evalue)
        except Exception:  # noqa: BLE001, a student's exception may fail to say what it is
            text = ""
        self.outputs.add({"output_type": "error", "ename": etype.__name__, "evalue": text, "traceback": list(stb)})

    def init_hooks(self) -> None:
        """Show help nowhere, because it is not an output of a notebook."""
        super().init_hooks()  # type: ignore[no-untyped-call]  # IPython does not type it
        self.set_hook("show_in_pager", lambda *_, **__: None, 99)

    def init_environment(self) -> None:
        """Leave the environment as it is."""

    def enable_gui(self, gui: Any = None) -> None:
        """Do without an event loop: figures are shown inline."""


def make_shell() -> NotebookShell:
    """Return the one shell of this process, without a file for its history."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "linux"
    builtins.input = getpass.getpass = _no_input
    return NotebookShell.instance(config=config)


def _no_input(*_: object, **__: object) -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def _plain(output: Output) -> Output:
    if output["output_type"] == "stream":
        return {**output, "text": "".join(output["text"])}
    return output
