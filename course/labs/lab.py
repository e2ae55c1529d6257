"""The base of all explorable figures: the same scripts draw the static picture and what the reader moves."""

import json
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import ClassVar

from py_mini_racer import MiniRacer

WEB = Path(__file__).resolve().parent / "web"
SHARED = ("drawing.js", "random.js", "lab.js")


@dataclass(frozen=True)
class Challenge:
    """A number to reach by moving the controls; the lab says so once it is reached.

    Attributes:
        text: what to do, one sentence.
        loss: the value to get below.
        by: the optimizer or schedule that must do it; by default any that is switched on.
        within: the number of steps or epochs allowed; by default as many as the lab shows at first.
    """

    text: str
    loss: float
    by: str | None = None
    within: int | None = None


@dataclass(frozen=True)
class Lab:
    """An explorable figure: a custom element with its options, a first picture, and the script that animates it.

    It needs neither a kernel nor a network, on a page or in JupyterLab. A lab is a dataclass; its fields are the
    options that its script `web/<tag>.js` starts with.
    """

    tag: ClassVar[str]
    parts: ClassVar[tuple[str, ...]]

    def options(self) -> dict[str, object]:
        """Return the options that the script starts with, by name."""
        return asdict(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        options, script = json.dumps(self.options(), ensure_ascii=False), _script(self.tag, self.parts)
        with engine(self.tag, self.parts) as v8:
            picture = v8.call("still", self.tag, self.options())
        style = json.dumps((WEB / "labs.css").read_text(encoding="utf-8"))
        html = (
            f'<{self.tag} data-options="{escape(options)}">{picture}</{self.tag}>\n'
            f"<script>(() => {{\nconst STYLE = {style};\n{script}}})();</script>"
        )
        return {"text/html": html, "text/plain": repr(self)}


def engine(tag: str, parts: tuple[str, ...]) -> MiniRacer:
    """Start V8 with the scripts of one lab, as a browser would but without a page.

    Use it as a context manager: an engine left open keeps the program from exiting.
    """
    engine = MiniRacer()
    engine.eval(_script(tag, parts))
    return engine


def _script(tag: str, parts: tuple[str, ...]) -> str:
    return "".join((WEB / name).read_text(encoding="utf-8") for name in (*SHARED, *parts, f"{tag}.js"))
