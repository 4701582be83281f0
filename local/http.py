"""HTTP to a name under .localhost. Browsers and curl resolve those by themselves; Python does not."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body, parsed. Raises ValueError where it is no JSON."""
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Site:
    """A base URL whose host is reached at 127.0.0.1, on the URL's port.

    Args:
        url: scheme http, a host, a port, and a path that every request's path is appended to.
    """

    url: str

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request. A body is sent as JSON, a str as it is; a POST without an Idempotency-Key gets one.

        Raises:
            OSError: nobody answers.
        """
        base = urlsplit(self.url)
        sent = {"Host": base.netloc, **(headers or {})}
        content = body if isinstance(body, str) else None if body is None else json.dumps(body)
        if content is not None:
            sent.setdefault("Content-Type", "application/json")
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if method == "POST":
            sent.setdefault("Idempotency-Key", str(uuid4()))
        connection = http.client.HTTPConnection("127.0.0.1", base.port or 80, timeout=SECONDS)
        try:
            connection.request(method, base.path + path, content, sent)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read().decode())
        finally:
            connection.close()

    def get(self, path: str, token: str | None = None) -> Answer:
        return self.send("GET", path, token=token)
