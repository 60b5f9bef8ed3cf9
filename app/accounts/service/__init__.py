"""Changes to accounts, each with its line in the audit log. Addresses and secrets never stand in that log."""

from app.accounts.service.factors import (
    make_recovery_codes,
    remove_factor,
    set_factor,
    use_recovery_code,
    use_step,
)
from app.accounts.service.people import (
    add_user,
    change_member,
    choose_language,
    disable_user,
    enable_user,
    note_invitation,
    note_password,
    remove_member,
)
from app.accounts.service.sign_ins import (
    NOT_SHOWN,
    begin_sign_in,
    end_sign_in,
    end_sign_in_of_browser,
    end_sign_ins,
    enter,
)
from app.accounts.service.tokens import existing, make_token, revoke_token

__all__ = [
    "NOT_SHOWN",
    "add_user",
    "begin_sign_in",
    "change_member",
    "choose_language",
    "disable_user",
    "enable_user",
    "end_sign_in",
    "end_sign_in_of_browser",
    "end_sign_ins",
    "enter",
    "existing",
    "make_recovery_codes",
    "make_token",
    "note_invitation",
    "note_password",
    "remove_factor",
    "remove_member",
    "revoke_token",
    "set_factor",
    "use_recovery_code",
    "use_step",
]
