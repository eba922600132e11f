"""A test that must not be skipped fails instead."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SKIPS = """
import pytest

pytestmark = pytest.mark.filterwarnings("default")

def test_in_a_database():
    pytest.skip("needs postgres: there is no server")

@pytest.mark.skipif(True, reason="needs browser: there is none")
def test_in_a_browser():
    pass

def test_by_choice():
    pytest.skip("not on a Sunday")
"""
SKIPS_WHOLE = 'import pytest; pytest.skip("needs postgres: no driver", allow_module_level=True)'


@pytest.mark.parametrize(
    ("required", "failed", "skipped"),
    [
        pytest.param("", 0, 4, id="nothing is required"),
        pytest.param("shared,postgres", 2, 2, id="a whole file and a test are required"),
    ],
)
def test_what_is_required_is_not_skipped(
    tmp_path: Path, required: str, failed: int, skipped: int
) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_skips.py").write_text(SKIPS)
    (tmp_path / "test_whole.py").write_text(SKIPS_WHOLE)

    assert outcomes(tmp_path, required) == (failed, skipped)


def outcomes(folder: Path, required: str) -> tuple[int, int]:
    """How many tests fail and how many are skipped."""
    options = ["-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    ran = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-m", "pytest", *options, folder],
        env={**os.environ, "REFUNDSHEET_REQUIRE": required, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    counts = re.findall(r"(\d+) (failed|error|skipped)", ran.stdout.splitlines()[-1])
    by_word = {word: int(count) for count, word in counts}
    return by_word.get("failed", 0) + by_word.get("error", 0), by_word.get("skipped", 0)
