"""Users of the local user pool, one for each role, and their tokens."""

import base64
import json
import secrets
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from local.cloud import Cloud, CloudError
from local.http import Site
from local.stack import Stack

ROLES = ("player", "service", "operator", "admin")
TENANT = "demo"
PLAYER = "ada"


def password() -> str:
    """A password of 24 characters with each kind that the pool asks for."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_.!")
    letters = [secrets.choice(kind) for kind in kinds]
    letters += [secrets.choice("".join(kinds)) for _ in range(20)]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


class People:
    """The users that this machine has made, with their passwords.

    Args:
        kept: the file, readable by its owner alone, in which the passwords are.
    """

    def __init__(self, cloud: Cloud, stack: Stack, kept: Path) -> None:
        self._cognito: Any = cloud.client("cognito-idp")
        self._stack = stack
        self._kept = kept
        self._passwords: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}

    def add(self, role: str, player: str = PLAYER, tenant: str = TENANT) -> str:
        """Makes sure that there is a user of a role in a tenant, and for the role player of a player.

        Returns:
            The user's name.
        """
        name = f"{tenant}.{player if role == 'player' else role}"
        if name in self._passwords:
            return name
        attributes = {"custom:tenant": tenant, "custom:role": role}
        if role == "player":
            attributes["custom:player"] = player
        return self.add_user(name, attributes)

    def add_user(self, name: str, attributes: Mapping[str, str]) -> str:
        """Makes a user with attributes of the pool, able to sign in at once."""
        secret = password()
        pool = {"UserPoolId": self._stack.outputs["UserPoolId"], "Username": name}
        self._cognito.admin_create_user(
            **pool,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": key, "Value": value} for key, value in attributes.items()],
        )
        self._cognito.admin_set_user_password(**pool, Password=secret, Permanent=True)
        self._passwords[name] = secret
        self._kept.touch(mode=0o600)
        self._kept.write_text(json.dumps(self._passwords, indent=1))
        return name

    def password_of(self, name: str) -> str:
        """The password of a user made here."""
        return self._passwords[name]

    def token(self, role: str, player: str = PLAYER, tenant: str = TENANT) -> str:
        """An access token, valid for an hour, of a role in a tenant; a user is made where there is none."""
        return self.sign_in(self.add(role, player, tenant))

    def sign_in(self, name: str) -> str:
        """An access token of a user made here."""
        answer = self._cognito.initiate_auth(
            ClientId=self._stack.outputs["WebClientId"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": self._passwords[name]},
        )
        return str(answer["AuthenticationResult"]["AccessToken"])

    def machine_token(self, tenant: str = TENANT) -> str:
        """An access token of a tenant's service client, by its client credentials.

        Raises:
            CloudError: the stage has no client for this tenant, or it was refused.
        """
        client_id = self._stack.outputs.get(f"ServiceClientId{tenant.title()}")
        if client_id is None:
            raise CloudError(f"No service client for {tenant}: add it to service_tenants in infra/stages.py.")
        described = self._cognito.describe_user_pool_client(
            UserPoolId=self._stack.outputs["UserPoolId"], ClientId=client_id
        )
        secret = described["UserPoolClient"]["ClientSecret"]
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        answer = Site(f"http://127.0.0.1:{self._stack.port}").send(
            "POST",
            "/oauth2/token",
            urlencode({"grant_type": "client_credentials", "scope": f"{tenant}/service"}),
            headers={"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
        )
        if answer.status != 200:
            raise CloudError(f"The service client was refused: {answer.text}")
        return str(answer.json["access_token"])


def claims(token: str) -> dict[str, Any]:
    """What a token says, unchecked."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found
