"""Uploading the dashboard: the built files, and the configuration of the stack that it is for."""

import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.cloud import ROOT

DIST = ROOT / "web" / "dist"
# Vite puts a hash of its content into the name of everything under assets/.
FOR_EVER = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"


def upload(s3: Any, bucket: str, config: Mapping[str, str], dist: Path = DIST) -> int:
    """Uploads the dashboard, its page last, so that a page never names a file that is not there yet.

    Returns:
        How many files the dashboard has; 0 where it is not built.
    """
    files = sorted(each for each in dist.rglob("*") if each.is_file() and not each.name.startswith("."))
    for path in sorted(files, key=lambda each: each.name == "index.html"):
        key = path.relative_to(dist).as_posix()
        content_type = mimetypes.guess_type(key)[0] or "application/octet-stream"
        cache = FOR_EVER if key.startswith("assets/") else ASK_EACH_TIME
        s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes(), ContentType=content_type, CacheControl=cache)
    s3.put_object(
        Bucket=bucket,
        Key="config.json",
        Body=json.dumps(config, indent=1).encode(),
        ContentType="application/json",
        CacheControl=ASK_EACH_TIME,
    )
    return len(files)
