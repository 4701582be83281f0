"""A stack on a local cloud of its own, deployed once a session, with IAM enforced as on AWS."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from local.cloud import Cloud
from local.http import Site
from local.people import PLAYER, TENANT, People
from local.stack import Stack, deploy, drain


@dataclass
class Deployed:
    """What a test needs of a deployed stack.

    `api.send(method, path, body, token)` calls a path under /api/v1; `clients("sqs")` is a boto3 client of the
    cloud as its administrator.
    """

    cloud: Cloud
    stack: Stack
    people: People
    _tokens: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)

    @property
    def api(self) -> Site:
        return self.stack.api

    @property
    def table_name(self) -> str:
        return self.stack.table_name

    def clients(self, service: str) -> Any:
        return self.cloud.client(service)

    def token(self, role: str, player: str = PLAYER, tenant: str = TENANT) -> str:
        """An access token of a role; a player's is of that player."""
        asked = (role, player, tenant)
        if asked not in self._tokens:
            self._tokens[asked] = self.people.token(role, player, tenant)
        return self._tokens[asked]

    def drain(self) -> bool:
        """Waits until the stream and the queues have nothing left to do."""
        return drain(self.cloud, self.stack)


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("cloud")
    with Cloud(folder, keep=True) as cloud:
        stack = deploy(cloud)
        cloud.restart(auth=True)  # the CDK's own roles are not what is tested here, the functions' are
        yield Deployed(cloud, stack, People(cloud, stack, folder / "people.json"))
