"""The CDK app: `cdk synth -c stage=dev`. It needs no account, no Docker and, but for packages, no network."""

from aws_cdk import App, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infra.stack import CairnStack
from infra.stages import Stage, stages


def build(app: App, stage: Stage) -> CairnStack:
    """The stack of a stage, tagged."""
    stack = CairnStack(app, f"cairn-{stage.name}", stage)
    Tags.of(stack).add("project", "cairn")
    Tags.of(stack).add("stage", stage.name)
    return stack


def chosen(name: str) -> Stage:
    """The stage of a name. Raises SystemExit that lists those there are."""
    known = stages()
    if name not in known:
        raise SystemExit(f"There is no stage {name!r}. Choose one of {', '.join(known)} with -c stage=NAME.")
    return known[name]


def check(app: App, stage: Stage) -> None:
    """Fails the synthesis of a stage that goes to AWS on every finding of cdk-nag that has no reason beside it."""
    if not stage.local:  # plain HTTP on loopback would fail every check of transport
        Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))


def main() -> None:
    app = App()
    stage = chosen(app.node.try_get_context("stage") or "dev")
    build(app, stage)
    check(app, stage)
    app.synth()


if __name__ == "__main__":
    main()
