"""What is deployed is pinned with hashes, and in step with what the project asks for."""

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from packaging.requirements import Requirement
from packaging.version import Version

from refundsheet.cli import app

COMMANDS: Mapping[str, Any] = typer.main.get_group(app).commands
ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w,]+\])?==(?P<version>\S+)", re.MULTILINE)


def wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["metrics"]]
    return [Requirement(text) for text in texts]


def pinned() -> dict[str, Version]:
    text = (ROOT / "deploy" / "requirements.txt").read_text()
    return {match["name"]: Version(match["version"]) for match in PINNED.finditer(text)}


@pytest.mark.parametrize("requirement", wanted(), ids=lambda requirement: requirement.name)
def test_every_dependency_is_pinned_to_a_version_the_project_allows(
    requirement: Requirement,
) -> None:
    assert pinned()[requirement.name] in requirement.specifier


def test_every_pin_carries_hashes_and_no_address() -> None:
    text = (ROOT / "deploy" / "requirements.txt").read_text()
    assert text.count("==") <= text.count("--hash=sha256:")
    assert "://" not in text


def told_to_type(file: str) -> list[str]:
    """The commands in the comments of a file, each on one line."""
    text = (ROOT / "deploy" / file).read_text().replace("\\\n#", "")
    return [line.strip("# ") for line in text.splitlines() if line.startswith("#")]


@pytest.mark.parametrize("file", ["refundsheet.service", "compose.yaml"])
def test_a_file_tells_how_to_use_it_with_commands_and_files_that_are_there(file: str) -> None:
    told = " ".join(told_to_type(file)).split()
    for word in told:
        if word.startswith(("deploy/", "config/")):
            assert (ROOT / word.rstrip(")")).is_file(), word
    start = max(at for at, word in enumerate(told) if word.endswith("refundsheet"))
    name, *words = told[start + 1 : start + 4]
    assert (name, words) == ("doctor", ["--config", "/etc/refundsheet.toml"])
    assert COMMANDS[name].make_context(name, words)


def test_the_unit_the_image_and_the_check_on_it_run_commands_that_are_understood() -> None:
    unit, image = ((ROOT / "deploy" / f).read_text() for f in ("refundsheet.service", "Dockerfile"))
    started = re.findall(r"^ExecStart=\S+ (.+)$", unit, re.MULTILINE)
    started += [" ".join(json.loads(found)) for found in re.findall(r"CMD (\[.+\])", image)]
    assert len(started) == 3
    for line in started:
        name, *words = line.removeprefix("refundsheet ").split()
        assert COMMANDS[name].make_context(name, words)


@pytest.mark.skipif(
    os.environ.get("HYPOTHESIS_PROFILE") != "ci",
    reason="installs everything: needs a minute or two",
)
@pytest.mark.timeout(600)
def test_the_deployed_environment_is_small_and_works(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([ROOT / "deploy" / "build-venv", venv], cwd=ROOT, check=True)  # noqa: S603
    size = sum(file.lstat().st_size for file in venv.rglob("*") if not file.is_dir())
    assert size <= 95e6
    command = [venv / "bin" / "refundsheet", "demo", "--passes", "1"]
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    told = subprocess.run(command, env=clean, capture_output=True, text=True, check=False)  # noqa: S603
    assert told.returncode == 0, told.stderr
    figures = [venv / "bin" / "python", "-c", "import refundsheet.service.metrics"]
    subprocess.run(figures, env=clean, check=True)  # noqa: S603
