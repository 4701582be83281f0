"""The worked examples of the documentation: what a page shows after `>>>` is run, and must come out as it says.

An example stands in a fenced block. The blocks of a page are one session, from its top to its end.
"""

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if ">>> " in path.read_text())
FENCE = "```"


def session(text: str) -> str:
    """A page's fenced blocks with every other line blank, so that an example keeps its line number."""
    kept, inside = [], False
    for line in text.splitlines():
        if line.lstrip().startswith(FENCE):
            inside = not inside
            kept.append("")
        else:
            kept.append(line if inside else "")
    return "\n".join(kept)


def failures(text: str, name: str) -> list[str]:
    """Runs a page; says of each example that came out otherwise where it stands and what it gave."""
    test = doctest.DocTestParser().get_doctest(session(text), {}, name, name, 0)
    told: list[str] = []
    doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    return told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_the_examples_of_a_page_come_out_as_it_says(page: Path) -> None:
    found = failures(page.read_text(), str(page.relative_to(DOCS.parent)))
    assert not found, "\n".join(found)


PAGE = """\
# A page

A line that quotes: >>> is a prompt.

```python
>>> from datetime import date
>>> date(2026, 11, 20).isoformat()
'2026-11-20'
```

And further down, with what stands above:

```python
>>> date(2026, 11, 21).day
{day}
```
"""


def test_a_page_whose_examples_hold_is_no_failure_and_its_fences_are_no_output() -> None:
    assert failures(PAGE.format(day=21), "docs/page.md") == []


def test_an_example_that_comes_out_otherwise_is_told_with_its_file_and_line() -> None:
    (told,) = failures(PAGE.format(day=22), "docs/page.md")
    assert 'File "docs/page.md", line 14' in told
    assert "date(2026, 11, 21).day" in told
    assert "Expected:\n    22\nGot:\n    21" in told


def test_an_example_that_raises_is_told_too() -> None:
    (told,) = failures("```\n>>> 1 // 0\n0\n```\n", "docs/page.md")
    assert "line 2" in told and "ZeroDivisionError" in told
