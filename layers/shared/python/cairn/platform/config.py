"""The environment of a function, typed. Read once, in a bootstrap; never at import."""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Config:
    """What every function gets.

    table_name: the table. endpoint_url: of DynamoDB, where it is not AWS's own.
    claims: names of the token's claims for tenant, role and player.
    token_use: the value that the claim `token_use` must have; empty where the issuer has no such claim.
    """

    table_name: str
    endpoint_url: str | None
    claim_tenant: str
    claim_role: str
    claim_player: str
    token_use: str
    queue_url: str
    archive_bucket: str = ""

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        """The configuration of this process.

        Raises:
            KeyError: TABLE_NAME is not set.
        """
        return cls(
            table_name=environ["TABLE_NAME"],
            endpoint_url=environ.get("AWS_ENDPOINT_URL"),
            claim_tenant=environ.get("CLAIM_TENANT", "cairn_tenant"),
            claim_role=environ.get("CLAIM_ROLE", "cairn_role"),
            claim_player=environ.get("CLAIM_PLAYER", "cairn_player"),
            token_use=environ.get("TOKEN_USE", "access"),
            queue_url=environ.get("QUEUE_URL", ""),
            archive_bucket=environ.get("ARCHIVE_BUCKET", ""),
        )
