"""Addresses, tokens and scopes as pure rules."""

from uuid import uuid4

import pytest

from app.accounts.policy import Actor, Scope, address_of, digest_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Coordinator@Demo.Example.ORG ", "coordinator@demo.example.org"),
        ("ops@localhost", "ops@localhost"),
        ("رنا@مثال.سورية", "رنا@مثال.سورية"),
        ("E\u0301lise@example.org", "élise@example.org"),
        ("a+b@10.0.0.1", "a+b@10.0.0.1"),
    ],
)
def test_it_keeps_an_address_in_lower_case_whatever_its_domain(typed: str, kept: str) -> None:
    assert address_of(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["", "nobody", "@example.org", "a@", "a@b@c.org", "a b@c.org", "a@b..org", "a@b.org\r\nBcc: x@y.org", "a,b@c.org"],
)
def test_it_takes_nothing_that_has_not_the_form_of_an_address(typed: str) -> None:
    assert address_of(typed) is None


def test_it_refuses_an_address_too_long_for_mail() -> None:
    assert address_of("a@" + "b" * 260) is None


def test_a_token_is_kept_as_its_digest_only() -> None:
    assert len(digest_of("mawa_x")) == 32
    assert digest_of("mawa_x") != digest_of("mawa_y")


def test_a_scope_holds_what_lies_below_its_areas_and_everything_without_areas() -> None:
    operation = uuid4()
    assert Scope(operation).holds(["SY", "SY02"])
    assert Scope(operation, frozenset({"SY02"})).holds(["SY", "SY02", "SY0602"])
    assert not Scope(operation, frozenset({"SY02"})).holds(["SY", "SY06"])
    assert not Scope(operation, frozenset()).holds(["SY"])


def test_a_partner_may_only_read_what_is_safe() -> None:
    partner = Actor(uuid4(), "p@example.org", "partner", Scope(uuid4()))
    assert partner.may("read_safe")
    assert not partner.may("read")
    assert not partner.may("report")
