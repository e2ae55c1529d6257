"""Each term of the glossary has a Korean name, a sentence and a section; the chapters lead to it."""

import re

import pytest
from built_site import ROOT, soup

GLOSSARY = "chapters/glossary"
#: The chapters on optimizers.
CHAPTERS = re.findall(
    r"file: (\S+)",
    re.search(
        r"caption: Optimization algorithms\n(.*?)\n  - ", (ROOT / "_toc.yml").read_text(encoding="utf-8"), re.DOTALL
    )[1],
)


def _entries() -> list[tuple[list[str], str, list[str]]]:
    """Give each entry's names, its text and the addresses it links to."""
    entries = []
    for text in soup(GLOSSARY).select("dl.glossary > dd"):
        names = []
        before = text.find_previous_sibling()
        while before is not None and before.name == "dt":
            names.insert(0, before.find(string=True, recursive=False).strip())
            before = before.find_previous_sibling()
        entries.append((names, text.get_text().strip(), [link["href"] for link in text("a")]))
    return entries


def test_there_are_about_sixty_terms_in_order() -> None:
    terms = [names[0].lower() for names, _, _ in _entries()]
    assert len(terms) >= 60
    assert terms == sorted(terms)
    assert len(terms) == len(set(terms))


def test_each_term_has_a_korean_name_a_sentence_and_a_section() -> None:
    for names, text, addresses in _entries():
        english, korean = names
        assert not re.search("[가-힣]", english)
        assert re.search("[가-힣]", korean), english
        assert re.match(r"[A-Z].*[^.]\.\s", text, re.DOTALL), english
        assert [address for address in addresses if re.search(r"\.html#.", address)], english


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapters_lead_to_the_glossary(name: str) -> None:
    terms = [link["href"] for link in soup(name).select("article a[href*='glossary.html#term-']")]
    assert 3 <= len(terms) <= 8
    assert len(terms) == len(set(terms))
