"""The bodies of the boards' routes."""

from cairn.platform.api.http import Body
from cairn.tenants.boards import Shown


class VisibilityBody(Body):
    """How a player appears on boards; null for as the tenant has it."""

    shown_as: Shown | None
