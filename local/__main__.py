"""The command line behind the Makefile: run, stack up, deploy, test."""

import json
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import boto3
import typer

from local import cdk, suites
from local.cloud import Cloud, CloudError
from local.people import ROLES, People
from local.progress import console, step
from local.run import Signals
from local.run import run as run_here
from local.site import upload
from local.stack import deploy as deploy_here
from local.stack import site_config

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
stack_app = typer.Typer(no_args_is_help=True)
app.add_typer(stack_app, name="stack", help="A stack of its own, for a test.")


@app.command()
def run() -> None:
    """The whole system on this machine, with a demo tenant, in the foreground."""
    run_here()


@stack_app.command()
def up(
    state_dir: Annotated[Path, typer.Option(help="An empty folder for the local cloud.")],
    port: Annotated[int, typer.Option(help="A loopback port; 0 for any free one.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print where everything is as JSON.")] = False,
) -> None:
    """A fresh stack without demo data, until a signal comes."""
    with Signals() as signals, Cloud(state_dir, port) as cloud:
        with step("Deploying with CDK"):
            stack = deploy_here(cloud)
        upload(cloud.client("s3"), stack.outputs["SiteBucket"], stack.site_config)
        people = People(cloud, stack, state_dir / "people.json")
        tokens = {role: people.token(role) for role in ROLES}
        users = {role: people.add(role) for role in ROLES}
        where = {
            "endpoint_url": cloud.endpoint_url,
            "api_url": stack.api_url,
            "site_url": stack.site_url,
            "table_name": stack.table_name,
            "outputs": dict(stack.outputs),
            "tokens": tokens,
            "users": {role: {"name": name, "password": people.password_of(name)} for role, name in users.items()},
        }
        text = json.dumps(where) if as_json else "\n".join(f"{name}: {value}" for name, value in where.items())
        print(text, flush=True)
        signals.up = True
        while not signals.stop.wait(0.5):
            if not cloud.running:
                raise CloudError(f"The local cloud ended by itself; the end of {cloud.log} says why.")


@app.command()
def deploy(stage: str) -> None:
    """Deploy a stage to the AWS account of this shell's credentials, and upload the dashboard."""
    if stage == "local":
        raise CloudError("The local stage is for this machine: `make run`.")
    with step(f"Synthesising {stage}"):
        assembly = cdk.synth(stage)
    with step(f"Deploying {stage}"):
        outputs, _ = cdk.deploy(assembly, stage, None)
    with step("Uploading the dashboard"):
        upload(boto3.client("s3"), outputs["SiteBucket"], site_config(outputs))
        boto3.client("cloudfront").create_invalidation(
            DistributionId=outputs["DistributionId"],
            InvalidationBatch={
                "Paths": {"Quantity": 2, "Items": ["/index.html", "/config.json"]},
                "CallerReference": str(uuid4()),
            },
        )
    print(f"Dashboard   {outputs['SiteUrl']}\nAPI         {outputs['ApiUrl']}")


@app.command()
def test() -> None:
    """Every suite."""
    if not suites.run_all():
        raise SystemExit(1)


def main() -> None:
    """Runs a command; what a reader can mend is one message, not a traceback."""
    try:
        app()
    except CloudError as error:
        console.print(f"[red]{error}[/]", markup=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
