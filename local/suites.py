"""`make test`: every suite in turn, and one line at the end that sums them up."""

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass

from local.cdk import BUILD
from local.cloud import ROOT

SOCKETLESS = ("--disable-socket", "--allow-unix-socket")
SUITES: dict[str, tuple[str, ...]] = {
    "unit": ("-n", "auto", "--dist", "loadgroup", *SOCKETLESS),
    "property": ("-n", "auto"),
    "contract": (),
    "integration": (),
    "deploy": (),
    "browser": (),
}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True, slots=True)
class Result:
    """One suite's outcome: how many tests had which, and whether it is good."""

    counts: Counter[str]
    good: bool


def in_ci() -> bool:
    """Whether nothing may be skipped."""
    return os.environ.get("CI") == "true"


def chromium() -> str | None:
    """The path of a Chromium, where there is one."""
    return next((found for name in CHROMIUMS if (found := shutil.which(name))), None)


def heading(text: str) -> None:
    print(f"\n{f' {text} ':=^100}", flush=True)


def run_all() -> bool:
    """Runs everything, and prints the closing line.

    Returns:
        Whether all of it is good.
    """
    start = time.monotonic()
    total: Counter[str] = Counter()
    good = checks("ruff, mypy and the dashboard's own tests")
    for suite, options in SUITES.items():
        heading(suite)
        if suite == "browser" and chromium() is None:
            total["failed" if in_ci() else "skipped"] += 1
            good = good and not in_ci()
            print("No Chromium: install Debian's with `apt-get install chromium`.")
            continue
        result = pytest(suite, options)
        total += result.counts
        good = good and result.good
    if not good:
        total["failed"] = max(1, total["failed"])
    print(f"\n{closing_line(total, time.monotonic() - start):=^100}", flush=True)
    return good


def checks(title: str) -> bool:
    """What `make check` has beside the unit tests."""
    heading(title)
    done = subprocess.run(["make", "lint", "types", "page"], cwd=ROOT, check=False)
    return done.returncode == 0


def pytest(suite: str, options: tuple[str, ...]) -> Result:
    """One folder of tests. A folder without tests is no success: it would hide a suite that was lost."""
    report = BUILD / "test" / f"{suite}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", f"tests/{suite}", "-q", f"--junitxml={report}", *options],
        cwd=ROOT,
        check=False,
    )
    counts = outcomes(report.read_text()) if report.exists() else Counter({"failed": 1})
    return Result(counts, done.returncode == 0)


def outcomes(junit: str) -> Counter[str]:
    """How many tests of a JUnit report passed, failed, erred or were skipped."""
    counts: Counter[str] = Counter()
    for suite in ET.fromstring(junit).iter("testsuite"):
        failed, errors, skipped = (int(suite.get(name, 0)) for name in ("failures", "errors", "skipped"))
        counts += Counter(
            passed=int(suite.get("tests", 0)) - failed - errors - skipped,
            failed=failed,
            errors=errors,
            skipped=skipped,
        )
    return counts


def closing_line(total: Counter[str], seconds: float) -> str:
    """`5 failed, 120 passed, 2 skipped in 61.50s`, as pytest ends."""
    named = [f"{total[name]} {name}" for name in ("failed", "passed", "skipped", "errors") if total[name]]
    return f" {', '.join(named) or 'nothing ran'} in {seconds:.2f}s "
