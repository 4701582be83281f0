"""JSON as text."""

import json
from typing import Any


def compact(value: Any) -> str:
    """JSON as it is stored: no spaces, and text in UTF-8 as it is."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
