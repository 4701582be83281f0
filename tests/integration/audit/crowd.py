"""A tenant with some hundred players, copied from three that really played, and what goes wrong with some of them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from cairn.catalog.storage import KIND
from cairn.lookups import entries
from cairn.platform import keys
from cairn.platform.instants import from_ms
from cairn.platform.items import Raw
from cairn.platform.keys import Key
from cairn.platform.table import Table
from cairn.platform.transact import raw_key
from tests.support.world import World, all_items

TENANT = "acme"
SHARDS = 3
GARDEN = {
    "name": "The Garden",
    "pages": [
        {
            "id": "beds",
            "blocks": [
                {"id": "roses", "type": "video"},
                {"id": "herbs", "type": "quiz", "questions": [{"id": "q", "answers": ["thyme"]}]},
            ],
        }
    ],
}
