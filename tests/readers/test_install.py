"""Installs are known by what made them, and manifests name the table's versions."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from . import install

if TYPE_CHECKING:
    from pathlib import Path


def test_a_changed_program_is_installed_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    wanted = install.reader("imessage-kit")
    assert wanted.source is not None
    shutil.copytree(install.HERE / wanted.source, tmp_path / wanted.source)
    monkeypatch.setattr(install, "HERE", tmp_path)
    before = install._stamp(wanted)
    assert install._stamp(wanted) == before
    program = tmp_path / wanted.source / "read.mjs"
    program.write_text(f"{program.read_text('utf-8')}\n", "utf-8")
    assert install._stamp(wanted) != before


@pytest.mark.parametrize("kind", ["npm", "crate"])
def test_manifests_pin_the_versions_of_the_table(kind: str):
    for each in install.READERS:
        if each.kind != kind:
            continue
        folder = install.HERE / str(each.source)
        manifest = "package.json" if kind == "npm" else "Cargo.toml"
        text = (folder / manifest).read_text(encoding="utf-8")
        assert f'"{each.version}"' in text or f'"={each.version}"' in text
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert not [path for path in files if "://" in path.read_text("utf-8")]
