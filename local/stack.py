"""A stack on the local cloud: deploying it, mending what the local cloud gets wrong, reaching it."""

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from local import cdk
from local.cloud import ACCOUNT, REGION, Cloud
from local.http import Site

STAGE = "local"
STACK = f"cairn-{STAGE}"
QUIET_SECONDS = 2.0
DRAIN_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack.

    Args:
        port: the local cloud's.
        outputs: of the stack, as infra/stack.py names them.
    """

    port: int
    outputs: Mapping[str, str]

    @property
    def api_url(self) -> str:
        """Where the API is for curl and browsers, with its prefix /api/v1."""
        return f"http://{self.outputs['ApiId']}.execute-api.localhost:{self.port}/api/v1"

    @property
    def api(self) -> Site:
        """The API for Python."""
        return Site(self.api_url)

    @property
    def site_url(self) -> str:
        """The dashboard's origin."""
        label = self.outputs["SiteUrl"].removeprefix("https://").split(".")[0]
        return f"http://{label}.cloudfront.localhost:{self.port}"

    @property
    def table_name(self) -> str:
        return self.outputs["TableName"]

    @property
    def site_config(self) -> dict[str, str]:
        """What the dashboard reads from /config.json."""
        hosted = f"http://localhost:{self.port}"
        return site_config(
            self.outputs,
            api=self.api_url,
            authorize_url=f"{hosted}/oauth2/authorize",
            token_url=f"{hosted}/oauth2/token",
            logout_url=f"{hosted}/logout",
            redirect_uri=f"{self.site_url}/",
        )


def site_config(outputs: Mapping[str, str], **local: str) -> dict[str, str]:
    """The dashboard's configuration, of a stack's outputs and what is different on this machine."""
    return {
        "api": outputs["ApiUrl"],
        "issuer": outputs["IssuerUrl"],
        "client_id": outputs["WebClientId"],
        "authorize_url": outputs["AuthorizeUrl"],
        "token_url": outputs["TokenUrl"],
        "logout_url": outputs["LogoutUrl"],
        "redirect_uri": f"{outputs['SiteUrl']}/",
        "scope": "openid",
        **local,
    }


def deploy(cloud: Cloud, digest: str | None = None) -> Stack:
    """Bootstraps the local cloud, deploys to it, and mends what it gets wrong.

    Args:
        digest: of the sources, where the caller has it already.

    Raises:
        CloudError: the CDK command line failed.
    """
    with ThreadPoolExecutor() as at_once:
        synthesised = at_once.submit(cdk.synth, STAGE, digest)
        if not bootstrapped(cloud):
            at_once.submit(cdk.bootstrap, ACCOUNT, REGION, cloud.environment).result()
        assembly = synthesised.result()
    outputs, _ = cdk.deploy(assembly, STAGE, cloud.environment)
    stack = Stack(cloud.port, outputs)
    mend(cloud, stack)
    return stack


def bootstrapped(cloud: Cloud) -> bool:
    """Whether the cloud has been prepared for the CDK before."""
    stacks = cloud.client("cloudformation").list_stacks()["StackSummaries"]
    return any(each["StackName"] == "CDKToolkit" and each["StackStatus"] == "CREATE_COMPLETE" for each in stacks)


def mend(cloud: Cloud, stack: Stack) -> None:
    """What CloudFormation on ministack 1.5.33 leaves out: CORS, expiry, and the names under .localhost."""
    template = cloud.client("cloudformation").get_template(StackName=STACK)["TemplateBody"]
    resources = (json.loads(template) if isinstance(template, str) else template)["Resources"]
    cors = _properties(resources, "AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    cloud.client("apigatewayv2").update_api(
        ApiId=stack.outputs["ApiId"], CorsConfiguration={**cors, "AllowOrigins": [stack.site_url]}
    )
    expiry = _properties(resources, "AWS::DynamoDB::Table")["TimeToLiveSpecification"]
    dynamodb = cloud.client("dynamodb")
    now = dynamodb.describe_time_to_live(TableName=stack.table_name)["TimeToLiveDescription"]
    if now["TimeToLiveStatus"] != "ENABLED":
        dynamodb.update_time_to_live(TableName=stack.table_name, TimeToLiveSpecification=expiry)
    _return_to_local_pages(cloud, stack)


def _properties(resources: Mapping[str, Any], resource_type: str) -> dict[str, Any]:
    """The properties of the one resource of a type."""
    (found,) = (each for each in resources.values() if each["Type"] == resource_type)
    properties: dict[str, Any] = found["Properties"]
    return properties


def _return_to_local_pages(cloud: Cloud, stack: Stack) -> None:
    """Lets the web client return to the dashboard under .localhost; an update resets what it does not name."""
    cognito = cloud.client("cognito-idp")
    named = {"UserPoolId": stack.outputs["UserPoolId"], "ClientId": stack.outputs["WebClientId"]}
    client = cognito.describe_user_pool_client(**named)["UserPoolClient"]
    pages = [f"{stack.site_url}/", "http://localhost:5173/"]  # and Vite's, while the dashboard is worked on
    kept = {
        name: client[name]
        for name in (
            "ClientName",
            "RefreshTokenValidity",
            "AccessTokenValidity",
            "IdTokenValidity",
            "TokenValidityUnits",
            "ReadAttributes",
            "WriteAttributes",
            "ExplicitAuthFlows",
            "SupportedIdentityProviders",
            "AllowedOAuthFlows",
            "AllowedOAuthScopes",
            "AllowedOAuthFlowsUserPoolClient",
            "PreventUserExistenceErrors",
            "EnableTokenRevocation",
        )
        if client.get(name) not in (None, "", [], {})
    }
    cognito.update_user_pool_client(**named, **kept, CallbackURLs=pages, LogoutURLs=pages)


def drain(cloud: Cloud, stack: Stack) -> bool:
    """Waits until the stream's readers and the queues have nothing left to do.

    Every batch that a reader has done is a line of ministack's log: it is done when the log is quiet while the
    queues are empty.

    Returns:
        False where there was still work after three minutes.
    """
    waiting = ("RollUpQueue", "RecheckQueue", "BackfillQueue", "BoardsQueue", "StreaksQueue")
    queues = [stack.outputs[name] for name in waiting]
    sqs = cloud.client("sqs")
    deadline = time.monotonic() + DRAIN_SECONDS
    size, since = -1, time.monotonic()
    while time.monotonic() < deadline:
        now = stream_lines(cloud)
        if now != size or any(_waiting(sqs, url) for url in queues):
            size, since = now, time.monotonic()
        elif time.monotonic() - since >= QUIET_SECONDS:
            return True
        time.sleep(0.2)
    return False


def stream_lines(cloud: Cloud) -> int:
    """How often a reader of a stream or a queue has said something so far."""
    return cloud.log.read_bytes().count(b"ESM: ")


def _waiting(sqs: Any, url: str) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return any(int(counts[name]) for name in names)
