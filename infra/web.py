"""The dashboard's place: a private bucket behind CloudFront. Its files are uploaded by a later step."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.stages import Stage

PAGE = "/index.html"


def policy(connect: Sequence[str]) -> str:
    """The content security policy: everything from the site itself, requests to the API and the issuer."""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "connect-src": " ".join(("'self'", *connect)),
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class Web(Construct):
    """The bucket and the distribution.

    Args:
        connect: origins beside its own that the page may send requests to.
    """

    def __init__(self, scope: Construct, id: str, stage: Stage, connect: Sequence[str]) -> None:
        super().__init__(scope, id)
        self.bucket = s3.Bucket(
            self,
            "Site",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=stage.enforce_ssl,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=stage.removal,
        )
        acknowledge(self.bucket, "Only CloudFront reads it, and nothing in it is anybody's secret.", "AwsSolutions-S1")
        headers = cloudfront.ResponseHeadersPolicy(
            self,
            "Headers",
            security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
                content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                    content_security_policy=policy(connect), override=True
                ),
                content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
                frame_options=cloudfront.ResponseHeadersFrameOptions(
                    frame_option=cloudfront.HeadersFrameOption.DENY, override=True
                ),
                referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                    referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
                ),
                strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                    access_control_max_age=Duration.days(365), include_subdomains=True, override=True
                ),
            ),
        )
        plain = cloudfront.ViewerProtocolPolicy.ALLOW_ALL  # the local cloud has no certificate
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            default_root_object=PAGE.removeprefix("/"),
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(self.bucket),
                viewer_protocol_policy=plain if stage.local else cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                response_headers_policy=headers,
                compress=True,
            ),
            # The page routes by itself: a path that is no file is the page.
            error_responses=[
                cloudfront.ErrorResponse(
                    http_status=status,
                    response_http_status=200,
                    response_page_path=PAGE,
                    ttl=Duration.seconds(10),
                )
                for status in (403, 404)
            ],
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            comment=f"cairn {stage.name}: dashboard",
        )
        acknowledge(
            self.distribution,
            "A static page for players everywhere: no country is shut out, a firewall would cost while nobody"
            " plays, requests are not logged because they say who looked, and the certificate is CloudFront's"
            " own until an adopter brings a domain.",
            "AwsSolutions-CFR1",
            "AwsSolutions-CFR2",
            "AwsSolutions-CFR3",
            "AwsSolutions-CFR4",
        )
        self.url = f"https://{self.distribution.distribution_domain_name}"
