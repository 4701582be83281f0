"""Objects in a bucket: what is too much for the table, and read seldom."""

from collections.abc import Callable
from typing import Any, Protocol

import botocore.session
from botocore.config import Config as ClientConfig
from botocore.exceptions import ClientError

from cairn.platform.errors import Busy

ABSENT = frozenset({"NoSuchKey", "404"})
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
WRITTEN_MEANWHILE = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})
TRIES = 8


class Objects(Protocol):
    """Where objects are kept, by key."""

    def put(self, key: str, content: bytes, content_type: str) -> None:
        """Writes an object, over the one that stands."""

    def get(self, key: str) -> bytes | None:
        """An object, or None where there is none."""

    def change(self, key: str, new: Callable[[bytes], bytes | None], content_type: str) -> bool:
        """Puts what `new` makes of an object in its place, unless that is None. Nobody else's write is lost.

        Returns:
            Whether anything was written; nothing is where there is no such object.

        Raises:
            Busy: others wrote it each time.
        """


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
        found = self._read(key)
        return found[0] if found else None

    def change(self, key: str, new: Callable[[bytes], bytes | None], content_type: str) -> bool:
        for _ in range(TRIES):
            found = self._read(key)
            changed = new(found[0]) if found else None
            if found is None or changed is None:
                return False
            request = {"Bucket": self._name, "Key": key, "Body": changed, "ContentType": content_type}
            try:
                self._client.put_object(**request, IfMatch=found[1])
            except ClientError as error:
                if error.response["Error"]["Code"] not in WRITTEN_MEANWHILE:
                    raise
            else:
                return True
        raise Busy(f"The object {key} is written by others all the time.")

    def _read(self, key: str) -> tuple[bytes, str] | None:
        """An object and its ETag."""
        try:
            answer = self._client.get_object(Bucket=self._name, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise
        return answer["Body"].read(), answer["ETag"]
