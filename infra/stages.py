"""The stages that can be deployed, and everything in which they differ."""

import platform
from dataclasses import dataclass, field
from typing import Literal

from aws_cdk import RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

type TableKey = Literal["aws-owned", "customer"]


@dataclass(frozen=True, slots=True)
class Claims:
    """Names of the access token's claims. `token_use` is the value that the claim of that name must have."""

    tenant: str = "cairn_tenant"
    role: str = "cairn_role"
    player: str = "cairn_player"
    token_use: str = "access"


@dataclass(frozen=True, slots=True)
class ForeignIssuer:
    """An OIDC issuer of the customer's own, in place of the Cognito user pool.

    Args:
        url: its `iss`, with a discovery document under /.well-known/openid-configuration.
        audience: the client ids (claim `aud` or `client_id`) whose tokens are taken.
        web_client_id: the dashboard's public client there.
        authorize_url, token_url, logout_url: what the dashboard signs in and out by.
    """

    url: str
    audience: tuple[str, ...]
    web_client_id: str
    authorize_url: str
    token_url: str
    logout_url: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One deployment of Cairn.

    Args:
        architecture: of every function and of what the dependency layer holds.
        issuer: None for a Cognito user pool of the stage's own.
        claims: `Claims(token_use="")` for an issuer that has no such claim.
        service_tenants: tenants that get a client-credentials client; AWS charges for each, every month.
        password_sign_in: whether the web client may trade a password for tokens without the hosted pages.
        extra_origins: pages beside the dashboard that may call the API from a browser.
        snap_start: start HTTP functions from a snapshot; AWS charges for each kept snapshot by the hour.
        table_key: `customer` encrypts the table under a KMS key of the account's own (about $1 a month).
        enforce_ssl: refuse plain HTTP on buckets, queues and topics.
        removal: what becomes of data when the stack is destroyed.
        protected: refuse to delete the table.
        alarm_email: who is told by the alarms.
        burst, rate: the API's throttle, in requests and in requests a second.
    """

    name: str
    architecture: lambda_.Architecture
    issuer: ForeignIssuer | None = None
    claims: Claims = field(default_factory=Claims)
    service_tenants: tuple[str, ...] = ()
    password_sign_in: bool = False
    extra_origins: tuple[str, ...] = ()
    snap_start: bool = False
    table_key: TableKey = "aws-owned"
    enforce_ssl: bool = True
    removal: RemovalPolicy = RemovalPolicy.DESTROY
    protected: bool = False
    log_retention: logs.RetentionDays = logs.RetentionDays.ONE_WEEK
    log_level: str = "INFO"
    alarm_email: str | None = None
    burst: int = 500
    rate: int = 1000

    @property
    def local(self) -> bool:
        """Whether this is the local cloud, where functions run on this machine's interpreter."""
        return self.name == "local"


def this_machine() -> lambda_.Architecture:
    """The architecture on which the local cloud runs functions."""
    arm = platform.machine().lower() in ("arm64", "aarch64")
    return lambda_.Architecture.ARM_64 if arm else lambda_.Architecture.X86_64


def stages() -> dict[str, Stage]:
    """Every stage, by name. To add one, add it here."""
    known = (
        Stage(
            "local",
            architecture=this_machine(),
            service_tenants=("demo",),
            password_sign_in=True,
            enforce_ssl=False,
        ),
        Stage("dev", architecture=lambda_.Architecture.ARM_64),
        Stage(
            "prod",
            architecture=lambda_.Architecture.ARM_64,
            removal=RemovalPolicy.RETAIN,
            protected=True,
            log_retention=logs.RetentionDays.THREE_MONTHS,
            burst=5000,
            rate=10000,
        ),
    )
    return {stage.name: stage for stage in known}
