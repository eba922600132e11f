"""A known vulnerability fails the check; where nobody can know of any, that is said."""

import os
import subprocess
from pathlib import Path

import pytest

_AUDIT = Path(__file__).parents[2] / ".ci" / "audit"
#: A pip-audit whose services answer as they are told; what it is asked about follows `--requirement`.
_PIP_AUDIT = """#!/usr/bin/env bash
while [ "$1" != --vulnerability-service ]; do shift; done
service=$2
while [ "$1" != --requirement ]; do shift; done
if grep -q jinja2==2.4.1 "$2"; then asked=old; else asked=deployed; fi
case " $ANSWERS " in *" $service:$asked "*) echo "some-package 1.0 PYSEC-2021-66"; exit 1 ;; esac
case " $ANSWERS " in *" $service:down "*) echo "Traceback: cannot connect" >&2; exit 1 ;; esac
echo "No known vulnerabilities found" >&2
"""


@pytest.mark.parametrize(
    ("answers", "code", "told"),
    [
        pytest.param("pypi:old", 0, "No known", id="PyPI knows of none in what is deployed"),
        pytest.param("pypi:old pypi:deployed", 1, "PYSEC-2021-66", id="PyPI knows of one"),
        pytest.param("osv:old osv:deployed", 1, "PYSEC-2021-66", id="a mirror knows none, OSV one"),
        pytest.param("pypi:down osv:old", 0, "No known", id="OSV answers where PyPI does not"),
        pytest.param("pypi:down osv:down", 0, "skipped", id="there is no network"),
        pytest.param("", 0, "skipped", id="mirrors that know nothing"),
    ],
)
def test_a_service_is_believed_only_if_it_knows_a_hole_that_everybody_knows(
    tmp_path: Path, answers: str, code: int, told: str
) -> None:
    fake = tmp_path / "pip-audit"
    fake.write_text(_PIP_AUDIT)
    fake.chmod(0o755)

    ran = subprocess.run(  # noqa: S603 - our own script
        [_AUDIT],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "ANSWERS": answers},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == code
    assert told in ran.stdout + ran.stderr
