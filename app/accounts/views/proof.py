"""What shows that whoever sits before a browser is still its owner: their password again, and a code where they have a
second factor."""

from http import HTTPStatus

from flask import g

from app.accounts.forms import ProofForm
from app.accounts.signin import door, factor
from app.accounts.signin.account import Account
from app.core import http
from app.core.forms import say


def me() -> Account:
    """Whoever has signed in."""
    found = http.session().get(Account, g.actor.user_id)
    assert found is not None
    return found


def knows_password(form: ProofForm, owner: Account) -> bool:
    """Whether the password is right. Tries get slower here too: a browser left open is no place to guess it."""
    if not form.validate():
        return False
    counter = f"{door.counter_of(owner)}:again"
    if not _is_free(form, door.counter_of_codes(owner)) or not may_try(form, counter):
        return False
    is_right = door.is_password(owner, form.password.typed)
    door.settle(counter, is_right=is_right)
    if not is_right:
        form.complain("password", say(door.WRONG_PASSWORD))
    return is_right


def proves(form: ProofForm, owner: Account) -> bool:
    """Whether the password is right, and the code of who has a second factor; it is used up."""
    if not knows_password(form, owner):
        return False
    if owner.factor is None:
        return True
    counter = door.counter_of_codes(owner)
    if not may_try(form, counter):
        return False
    proof = factor.prove(owner, form.code.typed)
    is_right = proof is not None and factor.use(owner, proof)
    door.settle(counter, is_right=is_right)
    if not is_right:
        form.complain("code", say(door.WRONG_CODE))
    return is_right


def may_try(form: ProofForm, counter: str) -> bool:
    """Whether something secret may be compared now; else the form says how long to wait."""
    return _is_over(form, door.attempt(counter))


def _is_free(form: ProofForm, counter: str) -> bool:
    """The same, without trying: no password is compared for a code that would not be."""
    return _is_over(form, door.tries().wait(counter))


def _is_over(form: ProofForm, wait: int) -> bool:
    """Whether there is nothing to wait for; else the form says how long."""
    if wait:
        form.status = HTTPStatus.TOO_MANY_REQUESTS
        form.complain("", say(door.WAIT, seconds=wait))
    return not wait
