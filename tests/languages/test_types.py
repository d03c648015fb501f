"""Types that programs make of the schema of readings compile, and hold the truth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from . import toolchains
from .page import lines_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.languages

HERE = toolchains.ROOT / "tests/languages/types"
RUST = """mod reading;
use std::io::BufRead;

fn main() {
    for line in std::io::stdin().lock().lines().map(Result::unwrap) {
        let found: reading::Reading = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{error}: {line}"));
        println!("{} {:?}", found.guid, found.kind);
    }
}
"""
CARGO = """[package]
name = "reading-types"
version = "0.1.0"
edition = "2021"

[dependencies]
serde = { version = "=1.0.228", features = ["derive"] }
serde_json = "=1.0.150"
"""
GO = """package main

import (
	"bufio"
	"fmt"
	"os"

	readings "example.org/types/readings"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		found, err := readings.UnmarshalReading(lines.Bytes())
		if err != nil {
			panic(err)
		}
		fmt.Println(found.GUID, found.Kind)
	}
}
"""


@pytest.fixture(scope="module")
def made() -> Path:
    """A folder with the types of each language, made by the lines of the page."""
    toolchains.need("node", "npm")
    place = toolchains.copied(HERE, "types")
    lock = (HERE / "package-lock.json").read_text("utf-8")
    stamp = place / "node_modules/installed.lock"
    if not stamp.exists() or stamp.read_text("utf-8") != lock:
        toolchains.run("npm ci --ignore-scripts --no-audit --no-fund", place)
        stamp.write_text(lock, "utf-8")
    lines = lines_of("Types")
    assert [line.split()[1] for line in lines[1:]] == ["json2ts", *["quicktype"] * 3]
    toolchains.run(" && ".join(lines[:2]), place)
    toolchains.run(" & ".join(lines[2:]) + "; wait", place)
    return place


@pytest.fixture(scope="module")
def lines(readings: list[dict[str, Any]], tmp_path_factory: Any) -> Path:
    """The true readings, one a line."""
    path: Path = tmp_path_factory.mktemp("readings") / "readings.jsonl"
    path.write_text("".join(f"{json.dumps(e)}\n" for e in readings), "utf-8")
    return path


def test_typescript(made: Path, readings: list[dict[str, Any]]) -> None:
    """The truth itself, as a literal: a key that no type has is an error."""
    literals = ",\n".join(map(json.dumps, readings))
    program = f"""import type {{ Reading }} from "./reading";
export const truth: Reading[] = [
{literals}
];
export function about(reading: Reading): string {{
  return reading.kind === "tapback" ? reading.of : reading.guid;
}}
"""
    (made / "check.ts").write_text(program, "utf-8")

    toolchains.run("npx tsc --noEmit --strict --target es2022 check.ts", made)

    wrong = program.replace('"kind": "tapback"', '"kind": "tapbacks"', 1)
    (made / "wrong.ts").write_text(wrong, "utf-8")
    with pytest.raises(AssertionError, match="tapbacks"):
        toolchains.run("npx tsc --noEmit --strict --target es2022 wrong.ts", made)


def test_rust(made: Path, readings: list[dict[str, Any]], lines: Path) -> None:
    toolchains.need("cargo")
    place = toolchains.cache() / "types-rust"
    (place / "src").mkdir(parents=True, exist_ok=True)
    (place / "Cargo.toml").write_text(CARGO, "utf-8")
    (place / "src/main.rs").write_text(RUST, "utf-8")
    (place / "src/reading.rs").write_text((made / "reading.rs").read_text(), "utf-8")

    said = toolchains.run(f"cargo run --quiet < '{lines}'", place)

    assert len(said.splitlines()) == len(readings)


def test_go(made: Path, readings: list[dict[str, Any]], lines: Path) -> None:
    toolchains.need("go")
    place = toolchains.cache() / "types-go"
    (place / "readings").mkdir(parents=True, exist_ok=True)
    (place / "go.mod").write_text("module example.org/types\n\ngo 1.23\n", "utf-8")
    (place / "main.go").write_text(GO, "utf-8")
    generated = (made / "reading.go").read_text("utf-8")
    (place / "readings/reading.go").write_text(generated, "utf-8")

    said = toolchains.run(f"go vet ./... && go run . < '{lines}'", place)

    assert len(said.splitlines()) == len(readings)
    assert said.splitlines()[0] == f"{readings[0]['guid']} {readings[0]['kind']}"


def test_swift_is_written(made: Path) -> None:
    """There is no toolchain here: the types are there, and none is nameless."""
    source = (made / "Reading.swift").read_text("utf-8")
    assert "struct Reading: Codable" in source
    assert 'case dateNS = "date_ns"' in source
