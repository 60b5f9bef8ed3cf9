"""Notices on PostgreSQL: who is told of what, in which mail, and when."""

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlmodel import col, select

from app.accounts.models import User
from app.alerts.emails import compose as emails
from app.alerts.models import Notice
from app.alerts.notices import compose_mails
from app.alerts.notices.writing import PEOPLE_A_TIME, TRIED_AGAIN_AFTER
from app.core import db, jobs
from app.outbox.models import Mail
from tests.factories.operations import a_headcount, make_actor
from tests.factories.trials import START, Trial


def notices_of(mail: Mail) -> list[UUID]:
    return [UUID(part.strip()) for part in mail.headers["X-Mawa-Notices"].split(",")]


def test_one_crossing_is_one_mail_to_each_coordinator_whose_areas_hold_the_shelter(trial: Trial) -> None:
    told = [trial.coordinator(), trial.coordinator(["SY06"]), trial.coordinator(["SY0602", "SY10"])]
    trial.coordinator(["SY10"])
    make_actor(trial.session, trial.operation, role="administrator")
    disabled = trial.coordinator()
    trial.session.get_one(User, disabled.user_id).active = False
    trial.shelter("KHM")
    trial.count("KHM", 134)
    mails = trial.mails()
    assert sorted(mail.recipient for mail in mails) == sorted(actor.email for actor in told)
    assert {mail.subject for mail in mails} == {"Critical: Shelter KHM is 34 people over its places"}
    assert all(len(notices_of(mail)) == 1 for mail in mails)
    assert jobs.SEND in trial.session.info["wake"]
    assert compose_mails(trial.session) == 0
    assert len(trial.mails()) == 3


def test_the_mail_says_the_figure_its_ground_who_is_there_and_where_there_is_room(trial: Trial) -> None:
    trial.coordinator(["SY06"])
    trial.shelter("KHM")
    trial.shelter("NEAR", lat=35.5, access="difficult")
    trial.shelter("MEN", lat=35.41, admits={"text": "men only", "cells": ["male:*"]})
    trial.shelter("OTHER", area="SY1002", lat=35.3)
    for code in ("NEAR", "MEN", "OTHER"):
        trial.count(code, 58)
    trial.count("KHM", {"cells": {"female:0-4": 20, "female:18-59": 50, "male:60+": 7, "female:unknown": 3}})
    trial.clock.shift(timedelta(hours=5))
    trial.report(
        {
            "id": "6f8fd6a5-4a0f-4a0a-9f5d-3f0a43f0c0aa",
            "kind": "movement",
            "occurred_at": datetime.now(UTC).isoformat(),
            "to": {"shelter": "KHM"},
            "origin": "SY0602",
            "people": {"total": 54, "low": 50, "high": 60},
        },
        a_headcount("KHM", at=START, people=900, method="secondary_report"),
    )
    (mail,) = trial.mails()
    for said in (
        "Critical: Shelter KHM is 34 people over its places\nJablah, Lattakia\n",
        "134 people (130–140) in 100 places: 134%\nSince 13 March 2025, 23:40. Learned 23:40.",
        "Counted 80 people on 13 March 2025, 18:40 (full count).\nSince then 54 people came.\n"
        "1 other figure is not used.",
        "WHO IS THERE (as of 13 March 2025)\nFemale: 0–17: 20 · 18 and over: 50\n"
        "Male: 0–17: 0 · 18 and over: 7\nNot known: 57",
        "1. Shelter NEAR\n   42 free · 11 km · counted 5 hours ago · road difficult\n"
        "Together 42 free places, for 34 people. Distances are in a straight line.",
        "You get this because you are told of alerts in Lattakia.",
    ):
        assert said in mail.text, mail.text
    assert "Shelter MEN" not in mail.text
    assert "Shelter OTHER" not in mail.text


def test_further_alerts_within_a_minute_are_gathered_into_the_next_mail(trial: Trial) -> None:
    trial.coordinator()
    for code in ("A", "B", "C"):
        trial.shelter(code)
    trial.count("A", 90)
    assert trial.subjects() == ["Warning: Shelter A has 10 free places left (90%)"]
    trial.count("B", 90, after=timedelta(seconds=20))
    trial.count("C", 120, after=timedelta(seconds=20))
    assert len(trial.mails()) == 1
    trial.clock.shift(timedelta(seconds=19))
    assert len(trial.mails()) == 1
    trial.clock.shift(timedelta(seconds=1))
    first, second = trial.mails()
    assert second.subject == "2 alerts: Critical: Shelter C is 20 people over its places"
    assert second.text.index("Critical: Shelter C") < second.text.index("Warning: Shelter B")
    assert (len(notices_of(first)), len(notices_of(second))) == (1, 2)


def test_two_steps_of_one_alert_in_one_mail_are_told_once_as_it_stands(trial: Trial) -> None:
    trial.coordinator()
    trial.shelter("A")
    trial.count("A", 90)
    trial.count("A", 130, after=timedelta(seconds=5))
    (mail,) = trial.mails()
    assert mail.subject == "Critical: Shelter A is 30 people over its places"
    assert len(notices_of(mail)) == 2


def test_who_was_disabled_or_lost_the_area_in_the_meantime_is_not_told(trial: Trial) -> None:
    disabled, moved = trial.coordinator(), trial.coordinator()
    trial.shelter("A")
    trial.count("A", 110)
    trial.session.get_one(User, disabled.user_id).active = False
    trial.session.execute(
        text("UPDATE memberships SET areas = '{SY10}' WHERE user_id = :user"), {"user": moved.user_id}
    )
    assert trial.mails() == []
    left = select(Notice).where(col(Notice.operation_id) == trial.operation.id, col(Notice.dropped_at).is_(None))
    assert trial.session.scalars(left).all() == []


def test_a_brief_operation_mails_no_figure_and_no_name(session: Session, clock: time_machine.Traveller) -> None:
    trial = Trial(session, clock)
    trial.operation.mail_detail = "brief"
    trial.coordinator(["SY06"])
    trial.shelter("KHM")
    trial.shelter("NEAR")
    trial.count("NEAR", 3)
    trial.count("KHM", 134)
    (mail,) = trial.mails()
    assert mail.subject == "Critical: Occupancy, KHM"
    said = f"{mail.subject} {mail.text} {mail.html}"
    for kept in ("134", "34 people", "Shelter", "Lattakia", "Jablah", "NEAR", "places"):
        assert kept not in re.sub(r"background|#[0-9a-f-]{36}", "", said), kept
    assert "/a/" in mail.text


def test_an_arabic_reader_gets_arabic_digits_right_to_left(trial: Trial) -> None:
    trial.coordinator(language="ar")
    trial.shelter("KHM", name={"en": "Khmeimim", "ar": "مطار حميميم"}, capacity=5600)
    trial.count("KHM", 6940)
    (mail,) = trial.mails()
    assert "مطار حميميم" in mail.subject
    assert "١٬٣٤٠" in mail.subject
    assert "٦٬٩٤٠" in mail.text
    assert "٢٠٢٥" in mail.text
    assert 'lang="ar" dir="rtl"' in mail.html
    assert "6,940" not in mail.html


compose = emails.compose


def not_in_french(reader: emails.Reader, *given: Any, **more: Any) -> emails.Written:
    if reader.language == "fr":
        raise ZeroDivisionError
    return compose(reader, *given, **more)


def test_one_mail_that_cannot_be_written_does_not_hold_up_the_others(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = trial.coordinator(language="fr"), trial.coordinator()
    monkeypatch.setattr(emails, "compose", not_in_french)
    trial.shelter("A")
    trial.count("A", 110)
    assert [mail.recipient for mail in trial.mails()] == [fine.email]
    monkeypatch.undo()
    trial.clock.shift(TRIED_AGAIN_AFTER)
    assert {mail.recipient for mail in trial.mails()} == {broken.email, fine.email}


def test_many_whose_mail_cannot_be_written_let_others_go_first(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(PEOPLE_A_TIME):
        trial.coordinator(["SY06"], language="fr")
    fine = trial.coordinator(["SY10"])
    monkeypatch.setattr(emails, "compose", not_in_french)
    trial.shelter("A")
    trial.count("A", 110)
    trial.shelter("B", area="SY1002")
    trial.count("B", 110, after=timedelta(seconds=5))
    assert trial.mails() == []
    assert [mail.recipient for mail in trial.mails()] == [fine.email]


def test_two_workers_at_once_write_one_mail_for_each_person(database: str) -> None:
    with db.unit_of_work() as session, time_machine.travel(START, tick=False) as clock:
        trial = Trial(session, clock)
        for _ in range(20):
            trial.coordinator()
        for code in ("A", "B"):
            trial.shelter(code)
            trial.count(code, 110)
    start = threading.Barrier(4)
    written: list[int] = []

    def work() -> None:
        start.wait()
        for _ in range(5):
            with db.unit_of_work() as own:
                written.append(compose_mails(own))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.unit_of_work() as session:
        mails = session.scalars(select(Mail)).all()
        carried = [notice for mail in mails for notice in notices_of(mail)]
    assert sum(written) == len(mails) == len({mail.recipient for mail in mails}) == 20
    assert len(carried) == len(set(carried)) == 40
