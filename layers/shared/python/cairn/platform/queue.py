"""Sending to a queue."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import botocore.session

MESSAGES_PER_CALL = 10

type Send = Callable[[Sequence[dict[str, Any]]], None]


def queue(url: str, endpoint_url: str | None = None, delay_seconds: int = 0) -> Send:
    """What sends messages to an SQS queue, ten a call. It raises RuntimeError where the queue did not take all.

    Args:
        delay_seconds: for which a message is hidden first, at most 900.
    """
    client: Any = botocore.session.get_session().create_client("sqs", endpoint_url=endpoint_url)

    def send(messages: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(messages), MESSAGES_PER_CALL):
            entries = [
                {"Id": str(index), "MessageBody": json.dumps(message), "DelaySeconds": delay_seconds}
                for index, message in enumerate(messages[start : start + MESSAGES_PER_CALL])
            ]
            refused = client.send_message_batch(QueueUrl=url, Entries=entries).get("Failed", [])
            if refused:
                raise RuntimeError(f"the queue refused {len(refused)} messages: {json.dumps(refused)}")

    return send
