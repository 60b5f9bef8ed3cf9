"""What the ledger keeps of a report."""

import hashlib
import json

from app.intake.schemas import READER
from app.intake.service.rows import content_of, digest

SAID = {
    "id": "6f2c1f0e-3d0b-4a55-9d52-0f6f6a1c7a11",
    "kind": "movement",
    "occurred_at": "2025-03-17T09:30:00+03:00",
    "note": "مأوى",
    "to": {"shelter": "TRT-HALL"},
    "people": {"cells": {"male:0-4": 4, "female:18-59": 7}},
}


def test_a_report_has_the_digest_it_always_had() -> None:
    """Another writer of JSON would have every report sent again after an update answered as a conflict."""
    report = READER.validate_python(SAID)
    assert digest(report) == hashlib.sha256(json.dumps(content_of(report), sort_keys=True).encode()).hexdigest()
    assert digest(report) == "e902dd899a22395f9d607e8feb22bab7d3e3462ee1aae6f8bae8710f6496a270"
    assert digest(READER.validate_python(dict(reversed(SAID.items())))) == digest(report)
