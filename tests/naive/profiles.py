"""How long the stateful test runs: short always, long by
`pytest -p tests.naive.profiles --hypothesis-profile=long`."""

from typing import Any

from hypothesis import HealthCheck, Phase, settings

COMMON: dict[str, Any] = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "print_blob": False,
    "suppress_health_check": list(HealthCheck),
}
# Without shrinking: on the real database that takes minutes. The long profile shrinks what it finds.
SHORT = settings(max_examples=70, stateful_step_count=20, phases=[Phase.generate], report_multiple_bugs=False, **COMMON)
LONG = settings(max_examples=2_000, stateful_step_count=50, **COMMON)

settings.register_profile("long", LONG)
