"""Objects kept in memory, as a bucket keeps them."""

from dataclasses import dataclass, field


@dataclass
class Shelf:
    """What was put, by key; and how often."""

    kept: dict[str, bytes] = field(default_factory=dict)
    puts: int = 0

    def put(self, key: str, content: bytes, content_type: str) -> None:
        assert content_type
        self.kept[key] = content
        self.puts += 1

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)
