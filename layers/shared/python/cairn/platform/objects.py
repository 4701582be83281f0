"""Objects in a bucket: what is too much for the table, and read seldom."""

from typing import Any, Protocol

import botocore.session
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError


class Objects(Protocol):
    """Where objects are kept, by key."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Writes an object, over the one that stands."""

    def get(self, key: str) -> bytes | None:
        """An object, or None where there is none."""


class Bucket:
    """An S3 bucket.

    Args:
        endpoint_url: of S3, where it is not AWS's own.
    """

    def __init__(self, name: str, endpoint_url: str | None = None) -> None:
        config = ClientConfig(s3={"addressing_style": "path"}) if endpoint_url else None
        self._client: Any = botocore.session.get_session().create_client("s3", endpoint_url=endpoint_url, config=config)
        self._name = name

    def put(self, key: str, content: bytes, content_type: str) -> None:
        self._client.put_object(Bucket=self._name, Key=key, Body=content, ContentType=content_type)

    def get(self, key: str) -> bytes | None:
        try:
            content: bytes = self._client.get_object(Bucket=self._name, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        return content
