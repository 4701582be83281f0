"""Progress on stderr: one line a step, with the time it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

console = Console(stderr=True, highlight=False)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Shows what is being done, and how long it took once it is. An error passes through, marked."""
    start = time.monotonic()
    try:
        with console.status(text):
            if not console.is_terminal:
                console.print(f"… {text}")
            yield
    except BaseException:
        console.print(f"[red]✗[/] {text}")
        raise
    console.print(f"[green]✓[/] {text} [dim]{time.monotonic() - start:.1f} s[/]")
