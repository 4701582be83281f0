"""`make run`: the whole system on this machine, in the foreground, with its data kept."""

import json
import shutil
import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Self

from local import cdk, demo
from local.cloud import ROOT, Cloud, CloudError, end_orphan, free_port, listens
from local.people import PLAYER, ROLES, TENANT, People
from local.progress import console, step
from local.running import Running
from local.site import upload
from local.stack import Stack, deploy, drain

HOME = ROOT / ".cairn"
USUAL_PORT = 4566
TOKENS_RENEWED_SECONDS = 30 * 60


def run() -> None:
    """Starts or resumes everything, and stays until SIGINT or SIGTERM.

    Raises:
        CloudError: something could not be done; the message says what to do.
    """
    with Signals() as signals:
        resumed = (HOME / "ready").exists() and Cloud(HOME / "cloud", keep=True).has_state
        if HOME.exists() and not resumed:
            console.print("[yellow]The last start was cut short before its data were safe: beginning anew.[/]")
            end_orphan(HOME / "cloud")
            shutil.rmtree(HOME)
        HOME.mkdir(exist_ok=True)
        end_orphan(HOME / "cloud")
        cloud = Cloud(HOME / "cloud", port=kept_port(), keep=True)
        with step("Starting the local cloud"):
            cloud.start()
        try:
            running = bring_up(cloud, first=not resumed)
            tell(running)
            signals.up = True
            wait(running, signals.stop)
            with step("Letting the stream and the queues run dry"):
                drain(cloud, running.stack)
        finally:
            signals.stopping = True
            with step("Saving the data and stopping"):
                cloud.stop()


def kept_port() -> int:
    """The port of every start: the one of the first, since addresses with it are in what is kept."""
    kept = HOME / "port"
    if not kept.exists():
        kept.write_text(str(free_port() if listens(USUAL_PORT) else USUAL_PORT))
    return int(kept.read_text())


def bring_up(cloud: Cloud, first: bool) -> Running:
    """Deploys where something changed, and loads the demo the first time; both are followed by a checkpoint."""
    record = HOME / "deployed.json"
    digest = cdk.source_digest()
    deployed = json.loads(record.read_text()) if record.exists() else {}
    changed = deployed.get("sources") != digest
    if changed:
        with step("Deploying with CDK"):
            stack = deploy(cloud, digest)
    else:
        stack = Stack(cloud.port, deployed["outputs"])
    running = Running(cloud, stack, People(cloud, stack, HOME / "people.json"))
    with step("Uploading the dashboard"):
        files = upload(cloud.client("s3"), stack.outputs["SiteBucket"], stack.site_config)
    if not files:
        console.print("[yellow]The dashboard is not built: `npm run --prefix web build`, then again.[/]")
    if first:
        with step("Signing up one user a role"):
            for role in ROLES:
                running.people.add(role)
        demo.load(running)
    if first or changed:
        with step("Making a checkpoint"):
            drain(cloud, stack)
            cloud.restart()
        record.write_text(json.dumps({"sources": digest, "outputs": dict(stack.outputs)}))
        (HOME / "ready").touch()
    return running


def write_tokens(people: People) -> dict[str, Path]:
    """A fresh token a role, each in a file of its owner's alone."""
    folder = HOME / "tokens"
    folder.mkdir(mode=0o700, exist_ok=True)
    files = {role: folder / role for role in ROLES}
    for role, path in files.items():
        path.touch(mode=0o600)
        path.write_text(people.token(role))
    return files


def tell(running: Running) -> None:
    """Prints the dashboard's address, the tokens, and four commands to try."""
    stack, people = running.stack, running.people
    files = write_tokens(people)
    player = f'-H "Authorization: Bearer $(cat {files["player"].relative_to(ROOT)})"'
    name = people.add("player")
    print(f"\nDashboard   {stack.site_url}/")
    print(f"            sign in as {name} with the password {people.password_of(name)}")
    print(f"API         {stack.api_url}")
    print(f"Tenant      {TENANT}, player {PLAYER}\n")
    for role, path in files.items():
        print(f"{role} token (an hour; a fresh one is always in {path.relative_to(ROOT)})\n{path.read_text()}\n")
    print("Try, in another terminal:\n")
    print(f"curl -s {player} {stack.api_url}/players/me/xp\n")
    print(
        f"curl -s -X POST {player} -H 'Content-Type: application/json'"
        f' -H "Idempotency-Key: $(date +%s%N)"'
        f' -d \'{{"type": "waypoint_visited", "content_id": "old-mill"}}\''
        f" {stack.api_url}/players/me/experiences/harbour-walk/events\n"
    )
    print(f"curl -s {player} {stack.api_url}/leaderboards/xp_all_time\n")
    here = {**running.cloud.environment, "TABLE_NAME": stack.table_name}
    settings = " ".join(f"{name}={value}" for name, value in here.items())
    print(f"env {settings} ./cairn boards audit xp_all_time --tenant {TENANT}\n")
    print("Ctrl-C stops everything and keeps the data.", flush=True)


def wait(running: Running, stop: threading.Event) -> None:
    """Until a signal comes; the token files are kept fresh meanwhile.

    Raises:
        CloudError: the local cloud ended by itself.
    """
    waited = 0
    while not stop.wait(1):
        if not running.cloud.running:
            raise CloudError(f"The local cloud ended by itself; the end of {running.cloud.log} says why.")
        waited += 1
        if waited % TOKENS_RENEWED_SECONDS == 0:
            write_tokens(running.people)


class Signals:
    """SIGINT and SIGTERM: they break off a start, end a run in order, and change nothing once that has begun.

    `stop` is set by the signal that ends a run. The start sets `up` when all is up, the end sets `stopping`.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.up = False
        self.stopping = False

    def __enter__(self) -> Self:
        self._before = {each: signal.signal(each, self._asked) for each in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        if self.up:
            self.stop.set()
        elif not self.stopping:
            self.stopping = True
            raise KeyboardInterrupt
