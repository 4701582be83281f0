"""`python -m openapi`: writes docs/openapi.json, docs/access-matrix.md and docs/achievement-criteria.schema.json."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Writes the files, and says which changed."""
    sys.path[:0] = [str(ROOT / "layers" / "shared" / "python")]
    os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"  # no log line for each request
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"

    from openapi.files import generate

    for path, text in generate().items():
        before = path.read_text(encoding="utf-8") if path.exists() else None
        path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'as it was' if text == before else 'written'}")


main()
