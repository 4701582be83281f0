"""What can go wrong, by code. One table (api/problems.py) turns codes into problem+json."""

from typing import Any


class DomainError(Exception):
    """A refusal that the caller can act on.

    Args:
        code: stable name, such as `unknown-experience`.
        detail: what is wrong and what to send instead.
        extra: further members of the problem document.
    """

    def __init__(self, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.extra = extra


class Busy(DomainError):
    """The table throttled or contended for the whole deadline: ask again after `retry_after` seconds."""

    def __init__(self, detail: str = "The table is busy. Send the same request again.", retry_after: int = 1):
        super().__init__("busy", detail, retry_after=retry_after)
