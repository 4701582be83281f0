"""PostgreSQL and Redis with the same board, from Debian's packages: what people would use in Cairn's place.

Each runs alone, on a port or socket of its own, and is gone afterwards. Where one cannot be had, it is left out and
said so in one line.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cairn.leaderboards.place import Place
from local.cloud import free_port, listens

PACKAGES = {"postgresql": "postgresql", "redis": "redis-server"}
START_SECONDS = 30.0
SECONDS = 4


@dataclass(frozen=True, slots=True)
class Measured:
    """One store with one board. Milliseconds for one operation, one client; bytes in memory and on disk."""

    rank: float
    top_100: float
    move: float
    memory: int
    disk: int


def measure(places: Sequence[Place]) -> dict[str, Measured]:
    """What each of them does with these places, by its name."""
    found = {}
    for name, run in (("postgresql", _postgresql), ("redis", _redis)):
        try:
            with tempfile.TemporaryDirectory() as folder:
                found[name] = run(places, Path(folder))
        except (OSError, subprocess.SubprocessError, Missing) as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return found


class Missing(RuntimeError):
    """It is not installed, and cannot be."""


def _installed(command: str, package: str) -> str:
    """The path of a command; its package is installed where that is allowed."""
    paths = os.pathsep.join([os.environ["PATH"], *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))])
    if found := shutil.which(command, path=paths):
        return found
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"install Debian's {package}: apt-get install {package}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        subprocess.run(["apt-get", *arguments], env=environment, check=True, capture_output=True)
    if found := shutil.which(command, path=paths):
        return found
    raise Missing(f"apt-get install {package} brought no {command}")


def _postgresql(places: Sequence[Place], folder: Path) -> Measured:
    """A table of scores with an index, and a rank by counting the greater ones."""
    tools = Path(_installed("initdb", PACKAGES["postgresql"])).resolve().parent
    as_user: list[str] = []
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    database = ["-h", str(folder), "-p", str(free_port())]

    def run(command: str, *arguments: str, given: str | None = None) -> str:
        done = subprocess.run(
            [*as_user, str(tools / command), *arguments],
            input=given,
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
        )
        return done.stdout

    data = folder / "data"
    run("initdb", "-D", str(data), "-A", "trust", "--no-sync")
    settings = f"-p {database[3]} -k {folder} -c listen_addresses= -c shared_buffers=512MB"
    run("pg_ctl", "-D", str(data), "-o", settings, "-w", "-l", str(folder / "log"), "start")
    sql = [*database, "-d", "postgres", "-q", "-c"]
    try:
        rows = "".join(f"{each.player}\t{each.score}\t{each.reached_at}\t{each.name}\n" for each in places)
        columns = "player text PRIMARY KEY, score int NOT NULL, reached_at bigint NOT NULL, name text"
        run("psql", *sql, f"CREATE TABLE board ({columns})")
        run("psql", *sql, "CREATE INDEX by_score ON board (score DESC, reached_at, player) INCLUDE (name)")
        run("psql", *sql, "COPY board FROM STDIN", given=rows)
        run("psql", *sql, "VACUUM ANALYZE board")
        size = run("psql", "-tA", *sql, "SELECT pg_total_relation_size('board')")
        some = f"\\set id random(0, {len(places) - 1})\n"
        player = "'player-' || lpad((:id)::text, 7, '0')"
        scripts = {
            "rank": f"{some}SELECT count(*) + 1 FROM board"
            f" WHERE score > (SELECT score FROM board WHERE player = {player});",
            "top": "SELECT player, score, name FROM board ORDER BY score DESC, reached_at, player LIMIT 100;",
            "move": f"{some}UPDATE board SET score = score + 5 WHERE player = {player};",
        }
        found = {}
        for name, script in scripts.items():
            path = folder / f"{name}.sql"
            path.write_text(script)
            told = run("pgbench", "-n", "-T", str(SECONDS), "-f", str(path), *database, "postgres")
            found[name] = float(re.search(r"latency average = ([\d.]+) ms", told)[1])  # type: ignore[index]
        postmaster = int((data / "postmaster.pid").read_text().split()[0])
        return Measured(found["rank"], found["top"], found["move"], _memory(postmaster), int(size))
    finally:
        run("pg_ctl", "-D", str(data), "-m", "immediate", "stop")


def _redis(places: Sequence[Place], folder: Path) -> Measured:
    """A sorted set, and a hash of names."""
    server = _installed("redis-server", PACKAGES["redis"])
    benchmark, cli = _installed("redis-benchmark", PACKAGES["redis"]), _installed("redis-cli", PACKAGES["redis"])
    port = free_port()
    command = [server, "--port", str(port), "--save", "", "--dir", str(folder), "--bind", "127.0.0.1"]
    with _running(command, port):

        def ask(*arguments: str, given: bytes | None = None) -> str:
            done = subprocess.run([cli, "-p", str(port), *arguments], input=given, capture_output=True, check=True)
            return done.stdout.decode()

        commands = bytearray()
        for each in places:
            member = f"player-{int(each.player.rpartition('-')[2]):012d}"
            for words in (["ZADD", "board", str(each.score), member], ["HSET", "names", member, each.name]):
                commands += f"*{len(words)}\r\n".encode()
                for word in words:
                    commands += f"${len(word)}\r\n{word}\r\n".encode()
        ask("--pipe", given=bytes(commands))
        asked = {
            "rank": ["ZREVRANK", "board", "player-__rand_int__"],
            "top": ["ZREVRANGE", "board", "0", "99", "WITHSCORES"],
            "move": ["ZINCRBY", "board", "5", "player-__rand_int__"],
        }
        found = {}
        for name, words in asked.items():
            options = ["-p", str(port), "-c", "1", "-n", "20000", "-r", str(len(places)), "--csv"]
            told = subprocess.run([benchmark, *options, *words], capture_output=True, text=True, check=True).stdout
            rate = float(told.strip().splitlines()[-1].split(",")[1].strip('"'))
            found[name] = 1000 / rate
        ask("SAVE")
        used = int(re.search(r"used_memory:(\d+)", ask("INFO", "memory"))[1])  # type: ignore[index]
        disk = (folder / "dump.rdb").stat().st_size
        return Measured(found["rank"], found["top"], found["move"], used, disk)


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not listens(port):
            if time.monotonic() > deadline or process.poll() is not None:
                raise Missing(f"{command[0]} did not start")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _memory(postmaster: int) -> int:
    """Bytes of a server and its children, shared pages counted once."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = int(re.search(r"PPid:\s+(\d+)", status.read_text())[1])  # type: ignore[index]
            if postmaster in (parent, int(status.parent.name)):
                pages = (status.parent / "smaps_rollup").read_text()
                total += 1024 * int(re.search(r"Pss:\s+(\d+)", pages)[1])  # type: ignore[index]
        except OSError:
            continue
    return total
