"""The long profile of the stateful test: `pytest -p tests.naive.profiles --hypothesis-profile=long`."""

from hypothesis import settings

from tests.naive.machine import LONG

settings.register_profile("long", LONG)
