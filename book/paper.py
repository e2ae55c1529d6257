"""The whole book as one HTML page for paper: the pages of the built site, in reading order."""

import json
from dataclasses import dataclass
from html import escape
from itertools import chain
from pathlib import Path
from posixpath import dirname, normpath, relpath
from string import Template
from urllib.parse import urldefrag

import yaml
from bs4 import BeautifulSoup, Tag
from matplotlib import get_data_path

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
STYLES = (ROOT / "course" / "labs" / "web" / "labs.css", Path(__file__).with_name("paper.css"))
TEMPLATE = Template(Path(__file__).with_name("paper.html").read_text(encoding="utf-8"))

#: Of no use on paper: links to copy, folded code, scripts.
SCREEN_ONLY = "script, button, a.headerlink, details.hide"

#: Sections that every chapter has; the table of contents leaves them out.
USUAL = ("What can go wrong", "Quiz", "To take away", "Now you")

#: The fonts of the serif face that comes with Matplotlib, and the style that each is for.
FACES = {
    "STIXGeneral": "",
    "STIXGeneralItalic": "font-style: italic;",
    "STIXGeneralBol": "font-weight: bold;",
    "STIXGeneralBolIta": "font-style: italic; font-weight: bold;",
}


@dataclass(frozen=True)
class Heading:
    """A heading on paper.

    Attributes:
        level: 1 for a part, 2 for a chapter, 3 and more for its sections.
        text: its words.
        place: the id of the element it heads.
    """

    level: int
    text: str
    place: str


def document(folder: Path) -> tuple[str, list[Heading]]:
    """Return the HTML page of the whole book, and its headings in order.

    Every line of the table of contents, `nav.toc`, ends with an empty element for the page number.

    Args:
        folder: where the page will be saved.

    Raises:
        FileNotFoundError: the site is not built.
        LookupError: a page of the site has no such element as it used to have.
    """
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    first = toc["root"]
    parts = {part["caption"]: [page["file"] for page in part["chapters"]] for part in toc["parts"]}
    names = [first, *chain.from_iterable(parts.values())]
    articles = {name: _article(name, names, folder) for name in names}
    # The first page's heading is the book's title, which has a page of its own here.
    _one(articles[first], "h2").string = "Welcome"

    text = [str(articles[first])]
    for number, (caption, chapters) in enumerate(parts.items(), start=1):
        text.append(f'<h1 class="part" id="part-{number}">{escape(caption)}</h1>')
        text += [str(articles[name]) for name in chapters]
    headings = _headings("".join(text))

    site = _soup(first)
    here = relpath(HTML / dirname(first), folder)
    sheets = "".join(
        f'<link rel="stylesheet" href="{here}/{escape(str(link["href"]))}">'
        for link in site.select("link[rel=stylesheet]")
    )
    styles = [_faces(), *(path.read_text(encoding="utf-8") for path in STYLES), _running_heads(articles)]
    html = TEMPLATE.substitute(
        title=escape(config["title"]),
        author=escape(config["author"]),
        copyright=escape(config["copyright"]),
        sheets=sheets,
        style="\n".join(styles),
        mathjax=f"{here}/{escape(str(_one(site, 'script[src*=tex-svg]')['src']))}",
        contents=_contents(headings),
        text="".join(text),
    )
    return html, headings


def _soup(name: str) -> BeautifulSoup:
    return BeautifulSoup((HTML / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def _one(within: Tag, selector: str) -> Tag:
    found = within.select_one(selector)
    if found is None:
        raise LookupError(f"<{within.name}> has no element {selector!r}")
    return found


def _article(name: str, names: list[str], folder: Path) -> Tag:
    """Return a page's text, its headings a level lower, its addresses valid on the one page of the whole book."""
    text = _one(_soup(name), "article.bd-article")
    for thing in text.select(SCREEN_ONLY):
        thing.decompose()
    for answer in text.select("details"):
        answer["open"] = ""
    for heading in text.find_all(["h1", "h2", "h3", "h4"]):
        heading.name = f"h{int(heading.name[1]) + 1}"
    for tag in text.find_all(id=True):
        tag["id"] = _place(name, str(tag["id"]))
    for image in text.find_all("img"):
        image["src"] = relpath(HTML / dirname(name) / str(image["src"]), folder)
        del image["loading"]
    for link in text.find_all("a", href=True):
        path, fragment = urldefrag(str(link["href"]))
        target = normpath(f"{dirname(name)}/{path}").removesuffix(".html") if path else name
        if target in names:
            link["href"] = f"#{_place(target, fragment)}"
    text.name = "section"
    text["id"] = _place(name)
    text["class"] = "bd-article chapter"
    return text


def _place(name: str, fragment: str = "") -> str:
    """Return an id for a place on a page; two pages may have the same fragment."""
    return "--".join(filter(None, (name.replace("/", "-"), fragment)))


def _words(tag: Tag) -> str:
    return " ".join(tag.get_text().split())


def _headings(text: str) -> list[Heading]:
    tags = BeautifulSoup(text, "html.parser").find_all(["h1", "h2", "h3", "h4", "h5"])
    return [Heading(int(tag.name[1]), _words(tag), _nearest_id(tag)) for tag in tags]


def _nearest_id(tag: Tag) -> str:
    named = tag if tag.has_attr("id") else tag.find_parent(id=True)
    if named is None:
        raise LookupError(f"<{tag.name}> and what surrounds it have no id")
    return str(named["id"])


def _contents(headings: list[Heading]) -> str:
    return "".join(
        f'<li class="level-{heading.level}"><a href="#{heading.place}">'
        f"<span>{escape(heading.text)}</span><span></span></a></li>"
        for heading in headings
        if heading.level <= 3 and not heading.text.endswith(USUAL)
    )


def _faces() -> str:
    folder = Path(get_data_path()) / "fonts" / "ttf"
    return "\n".join(
        f"@font-face {{ font-family: Book; {look} src: url('{(folder / f'{name}.ttf').as_uri()}') }}"
        for name, look in FACES.items()
    )


def _running_heads(articles: dict[str, Tag]) -> str:
    """Put each chapter's title at the top of its pages."""
    return "\n".join(
        f"#{_place(name)} {{ page: {_place(name)} }}\n"
        f"@page {_place(name)} {{ @top-right {{ content: {json.dumps(_words(_one(text, 'h2')))} }} }}"
        for name, text in articles.items()
    )
