"""Conditional requests (RFC 9110, 13): what was decided on something older than what stands is not written."""

import re
from collections.abc import Callable

from cairn.platform.errors import DomainError

# An opaque tag may hold commas, so a list is matched tag by tag and never split (RFC 9110, 8.8.3).
TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
TAGS = re.compile(TAG)
LIST = re.compile(rf"[ \t,]*{TAG}(?:[ \t]*,[ \t,]*{TAG})*[ \t,]*")
ANY = "*"
WEAK = "W/"

type Demand = Callable[[str | None], None]
"""Refuses unless what stands has the right ETag: `demand` with a request's two headers filled in."""


def etag_of(*versions: int | str) -> str:
    """The strong ETag of what is shown, from the versions of what it is made of: `"7"`, or `"7.2"`."""
    return f'"{".".join(map(str, versions))}"'


def demand(etag: str | None, if_match: str | None = None, if_none_match: str | None = None) -> None:
    """Holds a write to what its request demands of the state that it changes.

    Args:
        etag: of what stands; None where nothing stands.
        if_match, if_none_match: the headers as they came; None where there is none.

    Raises:
        DomainError: `precondition-failed` naming the ETag that stands; `invalid-parameter` for what lists no ETags.
    """
    if if_match is not None and not _stands(etag, tags("If-Match", if_match)):
        if etag is None:
            raise _failed(
                f"Nothing stands here, so that If-Match: {if_match} cannot hold. Leave it out to create it.", etag
            )
        raise _failed(
            f"What stands here has the ETag {etag}, which If-Match: {if_match} does not name (a weak one never does)."
            " Read again, merge your change into what is there, and send its ETag as If-Match.",
            etag,
        )
    if if_none_match is not None and names(etag, if_none_match):
        raise _failed(
            f"What stands here has the ETag {etag}, and If-None-Match: {if_none_match} wants it not to."
            " Read again, merge your change into what is there, and send its ETag as If-Match.",
            etag,
        )


def names(etag: str | None, if_none_match: str) -> bool:
    """Whether an If-None-Match names what stands, weakly compared: a reader then has it already.

    Raises:
        DomainError: `invalid-parameter` for what is no list of ETags.
    """
    named = tags("If-None-Match", if_none_match)
    if etag is None:
        return False
    return named == ANY or etag.removeprefix(WEAK) in {each.removeprefix(WEAK) for each in named}


def tags(header: str, value: str) -> list[str] | str:
    """The ETags of a header's value, or `*`.

    Raises:
        DomainError: `invalid-parameter`.
    """
    if value.strip(" \t") == ANY:
        return ANY
    if not LIST.fullmatch(value):
        raise DomainError("invalid-parameter", f'{header} must be * or ETags in quotes, as an answer gave them: "7".')
    return TAGS.findall(value)


def _stands(etag: str | None, named: list[str] | str) -> bool:
    """Strong comparison: a weak ETag, on either side, matches nothing."""
    return etag is not None and (named == ANY or (etag in named and not etag.startswith(WEAK)))


def _failed(detail: str, etag: str | None) -> DomainError:
    return DomainError("precondition-failed", detail, etag=etag)
