"""What a reader's browser finds wrong with a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

WIDE, NARROW = 1280, 390

# MathJax is done, and what watches the size of things has seen it.
SETTLED = """async () => {
    const late = new Promise((_, reject) => setTimeout(reject, 60_000, new Error("MathJax does not finish")));
    await Promise.race([window.MathJax?.startup?.promise, late]);
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
}"""

# Gives what MathJax left undrawn, kept from screen readers, or could not read (it shows an unknown command in red), and
# tab stops without need: a stop in each formula would be hundreds of them on a page.
EQUATIONS = r"""() => {
    const faults = [];
    for (const formula of document.querySelectorAll(".math"))
        if (!formula.querySelector("mjx-container mjx-assistive-mml math"))
            faults.push(`not drawn: ${formula.textContent}`);
    for (const formula of document.querySelectorAll("mjx-container :is(merror, [mathcolor=red])"))
        faults.push(`not understood: ${formula.textContent}`);
    for (const formula of document.querySelectorAll("mjx-container[tabindex]"))
        if (formula.scrollWidth <= formula.clientWidth) faults.push(`tab stop: ${formula.textContent}`);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode())
        if (/\$\$|\\[a-zA-Z(\[]|\$[^$\s][^$]*[\\_^][^$]*\$/.test(texts.currentNode.data)
            && !texts.currentNode.parentElement.closest("pre, code, script, style"))
            faults.push(`raw TeX: ${texts.currentNode.data.trim()}`);
    return faults;
}"""

# Gives elements that stick out of the window, if the window scrolls sideways.
WIDTH = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *")]
    .filter(element => element.getBoundingClientRect().right > innerWidth)
    .map(element => `wider than the window: ${element.outerHTML.slice(0, 200)}`)
    .concat([`the page is ${document.documentElement.scrollWidth} px wide`])"""

# Gives column headings without words. Axe has this rule too but reads no MathML, and many of ours are formulas; and the
# corner above the names of the rows may stay empty, in a table of pandas' the line of the index's name too.
HEADINGS = """() => [...document.querySelectorAll("table:not(.dataframe) th:not(:first-child)")]
    .filter(heading => !heading.textContent.trim())
    .map(heading => `empty heading: ${heading.closest("table").textContent.slice(0, 80)}`)"""

# Axe looks at each word of code, and that is most of its time; one word of each color will do.
ONE_OF_EACH_COLOUR = """() => {
    const seen = new Set();
    for (const word of document.querySelectorAll(".highlight span"))
        if (seen.has(word.className)) word.replaceWith(...word.childNodes);
        else seen.add(word.className);
}"""

# Axe's rules: WCAG 2 A and AA, and its best practices, but for one (see HEADINGS). The contrast is slow to look at, and
# the colors are the same at any width; all else is the same in dark colors.
BUT_ONE = {"empty-table-header": {"enabled": False}}
RULES = {
    ("light", WIDE): {"rules": BUT_ONE},
    ("light", NARROW): {"rules": BUT_ONE | {"color-contrast": {"enabled": False}}},
    ("dark", WIDE): {"runOnly": ["color-contrast"]},
}


def new_page(browser: Browser, width: int = WIDE, theme: str = "light") -> Page:
    """Return a window for a first visit, where nothing glides, so that a test need not wait for it."""
    return browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce")


def open_page(browser: Browser, address: str, width: int = WIDE, theme: str = "light") -> Page:
    """Open a page and wait for its formulas."""
    page = new_page(browser, width, theme)
    page.goto(address)
    page.evaluate(SETTLED)
    return page


def faults(browser: Browser, site: str, name: str, theme: str) -> list[str]:
    """Open a page of the site, wide and narrow, and give what is wrong with it, a line each."""
    is_served = site.startswith("http")
    # Opening takes longer than looking, so each page is opened in one width and brought to the other. The theme is
    # slow to make tab stops of what scrolls after that, so axe sees the narrow page first.
    widths = (NARROW, WIDE) if is_served else (WIDE, NARROW)
    page = new_page(browser, widths[0], theme)
    found: list[str] = []
    page.on("console", lambda message: message.type in ("error", "warning") and found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", lambda request: _is_outside(request.url, site) and found.append(f"asks for {request.url}"))
    page.on("requestfailed", lambda request: found.append(f"{request.url}: {request.failure}"))
    page.on("response", lambda response: response.status >= 400 and found.append(f"{response.url}: {response.status}"))
    page.goto(f"{site}/{name}.html")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(SETTLED)
        here = [fault for check in (EQUATIONS, WIDTH, HEADINGS) for fault in page.evaluate(check)]
        if page.evaluate("document.documentElement.dataset.theme") != theme:
            here.append(f"is not {theme}")
        # The same elements are on disk, and axe takes longer than all the rest.
        if is_served and (theme, width) in RULES:
            here += _barriers(page, RULES[theme, width])
        found += [f"{width} px: {fault}" for fault in here]
    page.close()
    return found


def _is_outside(address: str, site: str) -> bool:
    return not address.startswith((f"{site}/", "data:", "blob:"))


def _barriers(page: Page, rules: dict) -> list[str]:
    """Return the violations of axe-core's rules."""
    page.evaluate(ONE_OF_EACH_COLOUR)
    results = Axe().run(page, options={"resultTypes": ["violations"], "preload": False, **rules}).response
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]
