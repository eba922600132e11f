"""What is deployed is pinned with hashes, and in step with what the project asks for."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^(?P<name>[\w.-]+)(?:\[[\w,]+\])?==(?P<version>\S+)", re.MULTILINE)


def wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return [Requirement(text) for text in project["dependencies"]]


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
