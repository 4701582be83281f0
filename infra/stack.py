"""The stack: every construct, in the order in which each knows what it needs."""

from aws_cdk import Aws, CfnOutput, Stack
from constructs import Construct

from infra.acknowledge import acknowledge
from infra.alarms import Alarms
from infra.api import Api
from infra.function import Foundation
from infra.identity import Identity, Issuer, connect_sources
from infra.layers import RUNTIME, Layers
from infra.queues import QueuedWork
from infra.routes import PREFIX
from infra.scheduled import BOARDS, ROLL_UP, ScheduledWork
from infra.stages import Stage
from infra.storage import Storage
from infra.stream import StreamReaders
from infra.web import Web


class CairnStack(Stack):
    """One stage of Cairn, in one account and region."""

    def __init__(self, scope: Construct, id: str, stage: Stage) -> None:
        super().__init__(scope, id, description=f"Cairn, a progression backend: {stage.name}")
        acknowledge(
            self,
            f"{RUNTIME.name} is what everything is tested on and what the layer's bytecode is for.",
            "AwsSolutions-L1",
        )
        storage = Storage(self, "Storage", stage)
        base = Foundation(stage, storage.table, storage.archive, Layers(self, "Layers", stage))
        api_sources = [] if stage.local else [f"https://*.execute-api.{Aws.REGION}.amazonaws.com"]
        web = Web(self, "Web", stage, connect=[*api_sources, *connect_sources(stage)])
        identity = None if stage.issuer else Identity(self, "Identity", base, web.url)
        issuer = identity.issuer if identity else Issuer.of(stage.issuer) if stage.issuer else None
        assert issuer is not None
        backfill = QueuedWork(self, "Backfill", base, "backfill", "achievements_backfill")
        api = Api(self, "Api", base, issuer, web.url, {"backfill": backfill.work.queue})
        rollup = ScheduledWork(self, "RollUp", base, ROLL_UP)
        boards = ScheduledWork(self, "Boards", base, BOARDS)
        stream = StreamReaders(self, "Stream", base, boards.work.queue)
        Alarms(
            self,
            "Alarms",
            stage,
            api.api,
            readers=stream.readers,
            dead={
                "Stream": stream.dead,
                "Recheck": stream.recheck.dead,
                "Backfill": backfill.work.dead,
                "RollUp": rollup.work.dead,
                "Boards": boards.work.dead,
            },
        )
        outputs = {
            "ApiId": api.api.api_id,
            "ApiUrl": f"{api.api.api_endpoint}{PREFIX}",
            "TableName": storage.table.table_name,
            "ArchiveBucket": storage.archive.bucket_name,
            "SiteUrl": web.url,
            "SiteBucket": web.bucket.bucket_name,
            "DistributionId": web.distribution.distribution_id,
            "IssuerUrl": issuer.url,
            "WebClientId": issuer.web_client_id,
            "AuthorizeUrl": issuer.authorize_url,
            "TokenUrl": issuer.token_url,
            "LogoutUrl": issuer.logout_url,
            "DispatchFunction": rollup.dispatcher.function.function_name,
            "RollUpQueue": rollup.work.queue.queue_url,
            "BoardsDispatchFunction": boards.dispatcher.function.function_name,
            "BoardsQueue": boards.work.queue.queue_url,
            "RecheckQueue": stream.recheck.queue.queue_url,
            "BackfillQueue": backfill.work.queue.queue_url,
            "StreamDeadLetters": stream.dead.queue_url,
        }
        if identity:
            outputs["UserPoolId"] = identity.pool.user_pool_id
            for tenant, client in identity.services.items():
                outputs[f"ServiceClientId{tenant.title()}"] = client.user_pool_client_id
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
