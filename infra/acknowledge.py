"""Findings of the policy checks that stand, each with its reason."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, reason: str, *rules: str) -> None:
    """Lets findings of a construct stand. Name them whole: `AwsSolutions-IAM5[Resource::*]`."""
    Validations.of(construct).acknowledge(*(Acknowledgment(id=rule, reason=reason) for rule in rules))
