"""The HTTP API: its routes, its authoriser, its throttle, its log."""

import json
from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.function import Foundation, Function
from infra.identity import Issuer
from infra.routes import CATCH_ALL, OPEN, PREFIX, ROUTES

# Nothing about a person: the route in place of the path, and no address.
LOGGED = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "refused": "$context.authorizer.error",
    "failed": "$context.integrationErrorMessage",
}
HEADERS = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match"]
SHOWN_HEADERS = ["age", "etag", "idempotency-replayed", "retry-after"]


class Api(Construct):
    """Every route of infra/routes.py, in front of its function.

    Args:
        origin: the dashboard's, which browsers may call from.
        queues: those that functions send to, by the name in their rows.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        base: Foundation,
        issuer: Issuer,
        origin: str,
        queues: Mapping[str, sqs.Queue],
    ) -> None:
        super().__init__(scope, id)
        stage = base.stage
        self.api = apigateway.HttpApi(
            self,
            "Http",
            api_name=f"cairn-{stage.name}",
            create_default_stage=False,
            cors_preflight=apigateway.CorsPreflightOptions(
                allow_origins=[origin, *stage.extra_origins],
                allow_methods=[
                    apigateway.CorsHttpMethod.GET,
                    apigateway.CorsHttpMethod.POST,
                    apigateway.CorsHttpMethod.PUT,
                ],
                allow_headers=HEADERS,
                expose_headers=SHOWN_HEADERS,
                max_age=Duration.hours(1),
            ),
            default_authorizer=authorizers.HttpJwtAuthorizer("Jwt", issuer.url, jwt_audience=list(issuer.audience)),
        )
        self.log = logs.LogGroup(self, "AccessLog", retention=stage.log_retention, removal_policy=RemovalPolicy.DESTROY)
        self.stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(burst_limit=stage.burst, rate_limit=stage.rate),
        )
        raw_stage = self.stage.node.default_child
        assert isinstance(raw_stage, apigateway.CfnStage)
        raw_stage.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=self.log.log_group_arn, format=json.dumps(LOGGED)
        )
        anyone = apigateway.HttpNoneAuthorizer()
        self.functions = []
        for name, routes in ROUTES.items():
            function = Function(self, name, base, queues=queues)
            self.functions.append(function)
            integration = integrations.HttpLambdaIntegration(name, function.entry, scope_permission_to_route=False)
            for method, path in routes:
                self.api.add_routes(
                    path=PREFIX + path,
                    methods=[apigateway.HttpMethod[method]],
                    integration=integration,
                    authorizer=anyone if name in OPEN else None,
                )
            if name == CATCH_ALL:
                apigateway.HttpRoute(
                    self,
                    "CatchAll",
                    http_api=self.api,
                    route_key=apigateway.HttpRouteKey.DEFAULT,
                    integration=integration,
                    authorizer=anyone,
                )
        acknowledge(
            self,
            "Health is asked by those who have no token, and the catch-all answers 404 to everybody.",
            "AwsSolutions-APIG4",
        )
