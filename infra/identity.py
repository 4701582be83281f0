"""Who callers are: a Cognito user pool of the stage's own, or an OIDC issuer of the customer's."""

from dataclasses import dataclass

from aws_cdk import Aws, Duration
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.function import Foundation, Function
from infra.stages import ForeignIssuer, Stage

ATTRIBUTES = ("tenant", "role", "player")


@dataclass(frozen=True, slots=True)
class Issuer:
    """What the API and the dashboard need to know of an issuer."""

    url: str
    audience: tuple[str, ...]
    web_client_id: str
    authorize_url: str
    token_url: str
    logout_url: str

    @classmethod
    def of(cls, foreign: ForeignIssuer) -> "Issuer":
        return cls(
            foreign.url,
            foreign.audience,
            foreign.web_client_id,
            foreign.authorize_url,
            foreign.token_url,
            foreign.logout_url,
        )


class Identity(Construct):
    """The user pool. Tenant, role and player are attributes that only its administrators write.

    A trigger puts them into access tokens as plain strings.

    Args:
        site_url: where the dashboard is, which sign-in returns to.
    """

    def __init__(self, scope: Construct, id: str, base: Foundation, site_url: str) -> None:
        super().__init__(scope, id)
        stage = base.stage
        self.trigger = Function(self, "identity", base)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(username=True),
            sign_in_case_sensitive=False,
            custom_attributes={
                name: cognito.StringAttribute(min_len=1, max_len=128, mutable=True) for name in ATTRIBUTES
            },
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            feature_plan=cognito.FeaturePlan.ESSENTIALS,
            deletion_protection=stage.protected,
            removal_policy=stage.removal,
        )
        acknowledge(
            self.pool,
            "Threat protection needs the Plus plan, which costs for each active player, and MFA on every"
            " player of a game keeps players out; staff turn it on for themselves.",
            "AwsSolutions-COG2",
            "AwsSolutions-COG3",
            "AwsSolutions-COG8",
        )
        self.pool.add_trigger(
            cognito.UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG,
            self.trigger.function,
            cognito.LambdaVersion.V3_0,
        )
        domain_prefix = f"cairn-{stage.name}-{Aws.ACCOUNT_ID}"
        self.pool.add_domain("Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=domain_prefix))
        self.hosted = f"https://{domain_prefix}.auth.{Aws.REGION}.amazoncognito.com"
        self.web = self.pool.add_client(
            "Web",
            generate_secret=False,
            prevent_user_existence_errors=True,
            auth_flows=cognito.AuthFlow(user_srp=True, user_password=stage.password_sign_in),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID],
                callback_urls=[f"{site_url}/"],
                logout_urls=[f"{site_url}/"],
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            # Neither list names the custom attributes: nobody gives themselves a tenant or a role.
            read_attributes=cognito.ClientAttributes().with_standard_attributes(preferred_username=True),
            write_attributes=cognito.ClientAttributes().with_standard_attributes(preferred_username=True),
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
            enable_token_revocation=True,
        )
        self.services = {tenant: self._service_client(tenant) for tenant in stage.service_tenants}
        self.issuer = Issuer(
            # Built here: the pool's own attribute for it is not the same everywhere.
            url=f"https://cognito-idp.{Aws.REGION}.amazonaws.com/{self.pool.user_pool_id}",
            audience=(
                self.web.user_pool_client_id,
                *(each.user_pool_client_id for each in self.services.values()),
            ),
            web_client_id=self.web.user_pool_client_id,
            authorize_url=f"{self.hosted}/oauth2/authorize",
            token_url=f"{self.hosted}/oauth2/token",
            logout_url=f"{self.hosted}/logout",
        )

    def _service_client(self, tenant: str) -> cognito.UserPoolClient:
        """A machine's client. The trigger reads tenant and role from its one scope, `<tenant>/service`."""
        scope = cognito.ResourceServerScope(scope_name="service", scope_description="Acts for players of the tenant")
        server = self.pool.add_resource_server(f"Tenant-{tenant}", identifier=tenant, scopes=[scope])
        return self.pool.add_client(
            f"Service-{tenant}",
            generate_secret=True,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(client_credentials=True),
                scopes=[cognito.OAuthScope.resource_server(server, scope)],
            ),
            access_token_validity=Duration.hours(1),
            enable_token_revocation=True,
        )


def connect_sources(stage: Stage) -> list[str]:
    """Where the dashboard's page may send requests for tokens, as its content security policy says."""
    if stage.issuer:
        origin = "/".join(stage.issuer.token_url.split("/")[:3])
        return [origin]
    if stage.local:
        return ["http://*.localhost:*", "http://127.0.0.1:*", "http://localhost:*"]
    return [f"https://cairn-{stage.name}-{Aws.ACCOUNT_ID}.auth.{Aws.REGION}.amazoncognito.com"]
