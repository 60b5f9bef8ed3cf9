"""The sign-in form: address, password, CSRF token and where to go next."""

from typing import ClassVar

from flask_security.forms import LoginForm


class SignInForm(LoginForm):
    """Flask-Security's form without "remember me": a phone that is taken must not stay signed in for a year."""

    remember: ClassVar[None] = None  # type: ignore[misc]  # how WTForms drops a field of its parent
