"""The table as the stack deploys it, for engines that tests start."""

from typing import Any

TABLE_NAME = "cairn-test"


def create_table(client: Any, name: str = TABLE_NAME, *, stream: bool = True) -> None:
    """Creates the table with its indexes and its stream, unless nobody reads that."""
    text = {"AttributeType": "S"}

    def schema(partition: str, sort: str) -> list[dict[str, str]]:
        return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]

    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": each, **text} for each in ("PK", "SK", "bp", "bs", "dp", "ds", "fp", "fs")
        ],
        KeySchema=schema("PK", "SK"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "boards",
                "KeySchema": schema("bp", "bs"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["name", "level", "alias"]},
            },
            {
                "IndexName": "due",
                "KeySchema": schema("dp", "ds"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": "player-facts",
                "KeySchema": schema("fp", "fs"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
        ],
        **({"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}} if stream else {}),
    )
