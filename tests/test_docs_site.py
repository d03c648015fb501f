"""The site has each page, the reference is what the code says, links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import SimpleNamespace

import pytest

import pytest_imessage_foundry

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
REPOSITORY = "https://example.com/repository"


def script(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reference():
    return script("make_reference")


def test_each_page_is_in_the_navigation():
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    entries = set(re.findall(r": ([\w/-]+\.md)$", config, re.MULTILINE))
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    outside = {each for each in pages if each.startswith("examples/")}

    assert not pages - entries - outside


def test_the_reference_is_up_to_date(reference):
    committed = reference.PAGE.read_text(encoding="utf-8")
    assert committed == reference.page(), "run `python docs/make_reference.py`"


def test_the_reference_has_what_users_name(reference, plain_run):
    page = reference.page()
    shown = plain_run("--fixtures").stdout.str()
    fixtures = re.findall(r"^(\w+)(?: \[.*\])? -- .*imessage_foundry", shown, re.M)

    assert len(fixtures) == 8
    for name in fixtures:
        assert f"\n| `{name}` | " in page, name
    for name in pytest_imessage_foundry.__all__:
        is_class = isinstance(getattr(pytest_imessage_foundry, name), type)
        assert not is_class or f"`{name}`" in page or f"\n## {name}\n" in page, name
    for member in ("send(*content, **facts)", "condition(", "compare(", "tapback("):
        assert f"| `{member}" in page


def test_links_out_of_the_docs_lead_into_the_repository():
    def led(text, uri="page.md"):
        page = SimpleNamespace(file=SimpleNamespace(src_uri=uri))
        config = {"repo_url": REPOSITORY}
        return script("site_hooks").on_page_markdown(text, page=page, config=config)

    assert led("[a](../README.md)") == f"[a]({REPOSITORY}/blob/main/README.md)"
    assert led("[a](../../Makefile#x)", "reference/F.md").endswith("main/Makefile#x)")
    for untouched in ("[a](other.md)", "[a](https://example.com)", "[a](#here)"):
        assert led(untouched) == untouched
