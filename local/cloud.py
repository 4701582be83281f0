"""The local cloud: one ministack process on a loopback port, with an environment of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import boto3
from botocore.config import Config as ClientConfig

ROOT = Path(__file__).resolve().parent.parent
INTERPRETER = ROOT / ".ministack" / "bin" / "python"
REGION = "eu-west-1"
ACCOUNT = "000000000000"
START_SECONDS = 60.0
STOP_SECONDS = 120.0
# Without a cap every burst starts as many Python processes as it has requests.
CONCURRENT_FUNCTIONS = 6
PID_FILE = "ministack.pid"


class CloudError(RuntimeError):
    """The local cloud cannot do what was asked; the message says what to do about it."""


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Cloud:
    """One ministack, started and stopped.

    Args:
        state_dir: its folder: log, temporary files and, where kept, its state.
        port: a loopback port; 0 for any free one.
        auth: enforce IAM policies on every call. Deploy with it off: enforceSSL policies deny plain HTTP.
        keep: save the state on a clean stop and load it on the next start.
    """

    def __init__(self, state_dir: Path, port: int = 0, auth: bool = False, keep: bool = False) -> None:
        self.state_dir = state_dir.resolve()
        self.port = port
        self.auth = auth
        self.keep = keep
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def endpoint_url(self) -> str:
        """Where every AWS API answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What ministack and the functions have written."""
        return self.state_dir / "ministack.log"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def environment(self) -> dict[str, str]:
        """What an AWS client of this cloud needs in its environment."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud, as its administrator."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=ClientConfig(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def start(self) -> None:
        """Starts ministack and returns when it answers.

        Raises:
            CloudError: it is not installed, its port is taken, or it did not answer within a minute.
        """
        if not INTERPRETER.exists():
            raise CloudError("ministack is not installed. Run `make setup`.")
        if self.port and listens(self.port):
            raise CloudError(f"Port {self.port} is in use. Stop what listens there, or begin anew with `make clean`.")
        self.port = self.port or free_port()
        self.state_dir.mkdir(parents=True, exist_ok=True)
        discard(self._temporary)  # every worker of the last run left a folder there
        self._temporary.mkdir()
        if self.keep:
            forget_stream_positions(self._state)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [INTERPRETER, "-m", "ministack"],
                env=self._environment(),
                cwd=self.state_dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for us: it is stopped in order, not in a hurry
            )
        (self.state_dir / PID_FILE).write_text(str(self._process.pid))
        self._await_health()

    def stop(self) -> None:
        """Stops ministack; a kept state is saved first.

        Raises:
            CloudError: it did not stop within two minutes and was killed: its state is lost.
        """
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise CloudError(f"ministack did not stop and was killed; see {self.log}.") from None
        finally:
            _kill_group(process)
            (self.state_dir / PID_FILE).unlink(missing_ok=True)
            discard(self._temporary)

    def restart(self, auth: bool | None = None) -> None:
        """Stops and starts again on the same port, with IAM enforced or not where `auth` says so."""
        self.stop()
        self.auth = self.auth if auth is None else auth
        self.start()

    @property
    def has_state(self) -> bool:
        """Whether a clean stop has saved a state that can be loaded."""
        return (self._state / "cloudformation.json").exists()

    @property
    def _state(self) -> Path:
        return self.state_dir / "state"

    @property
    def _temporary(self) -> Path:
        return self.state_dir / "tmp"

    def _environment(self) -> dict[str, str]:
        kept = {
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self._state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.state_dir / "s3"),
        }
        return {
            "PATH": f"{INTERPRETER.parent}:/usr/bin:/bin",
            "HOME": str(self.state_dir),
            "LANG": "C.UTF-8",
            "TMPDIR": str(self._temporary),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "MINISTACK_REGION": REGION,
            "MINISTACK_COGNITO_PRETOKEN_STRICT": "1",
            "LAMBDA_ACCOUNT_CONCURRENCY": str(CONCURRENT_FUNCTIONS),
            "AUTH": "true" if self.auth else "false",
            "LOG_LEVEL": "INFO",
            **(kept if self.keep else {}),
        }

    def _await_health(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.running:
                break
            try:
                urllib.request.urlopen(f"{self.endpoint_url}/_ministack/health", timeout=2).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
            else:
                return
        process, self._process = self._process, None
        if process is not None:
            _kill_group(process)
        last = self.log.read_text(errors="replace").strip().splitlines()[-5:]
        raise CloudError("ministack did not start. The end of its log:\n" + "\n".join(last))


def discard(folder: Path) -> None:
    """Removes a folder in the background: each worker has 2,000 files, and nobody needs to wait for that."""
    if folder.exists():
        doomed = folder.with_name(f"{folder.name}.{uuid4().hex}")
        folder.rename(doomed)
        subprocess.run(["/bin/sh", "-c", 'rm -rf "$0" &', doomed], stdin=subprocess.DEVNULL, check=True)


def forget_stream_positions(state: Path) -> None:
    """Empties the positions of stream readers in a saved state.

    The records are not saved and are numbered from 0 again, so an old position would skip the first of them.
    """
    saved = state / "lambda.json"
    if not saved.exists():
        return
    content = json.loads(saved.read_text())
    payload: Mapping[str, Any] = content.get("payload", content)
    positions = payload.get("dynamodb_stream_positions", {})
    held = positions.get("data", positions)
    if held:
        held.clear()
        fresh = saved.with_suffix(".fresh")
        fresh.write_text(json.dumps(content))
        fresh.replace(saved)


def end_orphan(state_dir: Path) -> None:
    """Stops a ministack that outlived the process that started it in this folder; it saves its state first."""
    pid_file = state_dir / PID_FILE
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text())
    listed = subprocess.run(["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False)
    if "-m ministack" in listed.stdout:
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and _alive(pid):
            time.sleep(0.1)
    pid_file.unlink()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Ends what is left of ministack and of the functions that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
