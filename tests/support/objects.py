"""Objects kept in memory, as a bucket keeps them; and a queue that nobody reads."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Shelf:
    """What was put, by key; and how often. `fails_at`: the put that fails, counted from 1."""

    kept: dict[str, bytes] = field(default_factory=dict)
    puts: int = 0
    fails_at: int = 0

    def put(self, key: str, content: bytes, content_type: str) -> None:
        assert content_type
        self.puts += 1
        if self.puts == self.fails_at:
            raise OSError("the bucket is away")
        self.kept[key] = content

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def change(self, key: str, new: Callable[[bytes], bytes | None], content_type: str) -> bool:
        changed = new(self.kept[key]) if key in self.kept else None
        if changed is None:
            return False
        self.put(key, changed, content_type)
        return True


def nowhere(messages: object) -> None:
    """A queue that takes everything."""
