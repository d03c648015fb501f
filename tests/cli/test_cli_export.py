"""`imessage-foundry export`, and `build` of several releases at once."""

from __future__ import annotations

import hashlib
import json

import pytest

from pytest_imessage_foundry.cli import main

SET = ("--macos", "sonoma,tahoe", "--scenario", "small,empty")


def export(folder, *options):
    return main(["export", str(folder), *SET, *options])


def contents(folder):
    files = [each for each in folder.rglob("*") if each.is_file()]
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}


def test_a_set_has_the_same_bytes_each_time(tmp_path, capsys):
    assert export(tmp_path / "one") == 0
    assert "4 databases with their truths" in capsys.readouterr().out
    assert export(tmp_path / "two/deep", "--json") == 0
    manifest = json.loads(capsys.readouterr().out)
    files = contents(tmp_path / "one")
    assert files == contents(tmp_path / "two/deep")
    assert manifest == json.loads(files.pop("manifest.json"))
    listed = {
        file["path"]: file for each in manifest["databases"] for file in each["files"]
    }
    assert listed.keys() == files.keys()
    for name, data in files.items():
        assert listed[name]["sha256"] == hashlib.sha256(data).hexdigest()
        assert listed[name]["bytes"] == len(data)
    for each in manifest["databases"]:
        assert {each["database"], each["truth"]} <= files.keys()


def test_what_is_there_is_replaced_by_force_alone(tmp_path, capsys):
    folder = tmp_path / "set"
    assert export(folder, "--macos", "sonoma") == 0
    assert export(folder) == 2
    assert "replace it with --force" in capsys.readouterr().err
    assert export(folder, "--force") == 0
    assert len(json.loads((folder / "manifest.json").read_text())["databases"]) == 4
    assert [each.name for each in tmp_path.iterdir()] == ["set"]


def test_other_folders_are_left_alone(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert export(tmp_path, "--force") == 2
    assert "is no set of databases" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--macos", "ventura"), "unknown macOS release 'ventura'"),
        (("--scenario", "x"), "unknown scenario 'x'"),
        (("--macos", ","), "there is nothing to build"),
    ],
)
def test_what_cannot_be_built_leaves_nothing(tmp_path, capsys, options, told):
    assert export(tmp_path / "set", *options) == 2
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_build_of_several_releases(tmp_path, capsys):
    path, truth = tmp_path / "{release}/chat.db", tmp_path / "{release}.json"
    given = ["--macos", "all", "--scenario", "empty", "--truth", str(truth)]
    assert main(["build", str(path), *given]) == 0
    names = ["sonoma", "sequoia", "tahoe", "golden-gate"]
    assert all((tmp_path / name / "chat.db").is_file() for name in names)
    told = [json.loads((tmp_path / f"{name}.json").read_text()) for name in names]
    assert [each["release"] for each in told] == names


@pytest.mark.parametrize(
    "given",
    [
        ("a.db", "--macos", "all"),
        ("{release}.db", "--macos", "sonoma,tahoe", "--truth", "truth.json"),
    ],
)
def test_several_releases_need_several_names(tmp_path, monkeypatch, capsys, given):
    monkeypatch.chdir(tmp_path)
    assert main(["build", *given]) == 2
    assert "put {release} where the release's name belongs" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_package_s_own_name_is_a_command_too():
    from importlib.metadata import entry_points

    scripts = entry_points(group="console_scripts")
    named = {each.name: each.value for each in scripts if "imessage" in each.name}
    assert named["imessage-foundry"] == "pytest_imessage_foundry.cli:main"
    assert named["pytest-imessage-foundry"] == named["imessage-foundry"]
