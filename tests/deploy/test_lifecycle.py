"""From nothing to nothing: bootstrap, deploy, a call, a deployment without a change, destroy."""

from pathlib import Path

from local import cdk
from local.cloud import ACCOUNT, REGION, Cloud
from local.stack import STACK, STAGE, Stack, mend


def test_a_stack_deploys_answers_stays_as_it_is_and_goes(tmp_path: Path) -> None:
    assembly = cdk.synth(STAGE)
    with Cloud(tmp_path) as cloud:
        cdk.bootstrap(ACCOUNT, REGION, cloud.environment)
        outputs, _ = cdk.deploy(assembly, STAGE, cloud.environment)
        stack = Stack(cloud.port, outputs)
        mend(cloud, stack)
        assert stack.api.get("/health").status == 200

        again, said = cdk.deploy(assembly, STAGE, cloud.environment)
        assert "(no changes)" in said
        assert again == outputs

        cdk.destroy(assembly, STAGE, cloud.environment)
        stacks = cloud.client("cloudformation").list_stacks()["StackSummaries"]
        assert [each["StackStatus"] for each in stacks if each["StackName"] == STACK] == ["DELETE_COMPLETE"]
        assert cloud.client("dynamodb").list_tables()["TableNames"] == []
        assert cloud.client("lambda").list_functions()["Functions"] == []
