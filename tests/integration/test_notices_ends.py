"""When alerts open again, rise and end: nobody's last mail is the opposite of what is."""

from datetime import timedelta

from tests.factories.trials import Trial


def test_a_rise_is_told_and_the_same_severity_again_within_a_day_is_not(trial: Trial) -> None:
    trial.coordinator()
    trial.shelter("A")
    trial.count("A", 90)
    assert len(trial.mails()) == 1
    trial.count("A", 110, after=timedelta(minutes=2))
    assert len(trial.mails()) == 2
    trial.count("A", 50, after=timedelta(minutes=2))
    trial.count("A", 110, after=timedelta(minutes=50))
    trial.clock.shift(timedelta(hours=2))
    assert len(trial.mails()) == 2
    trial.count("A", 50, after=timedelta(hours=20))
    trial.count("A", 110, after=timedelta(hours=3))
    assert [subject.split(":")[0] for subject in trial.subjects()] == ["Warning", "Critical", "Critical"]


def test_an_end_is_told_after_an_hour_if_it_stayed(trial: Trial) -> None:
    told = trial.coordinator()
    trial.shelter("A")
    trial.count("A", 110)
    assert len(trial.mails()) == 1
    trial.coordinator()  # was not told of the opening, so hears nothing of the end
    trial.count("A", 50, after=timedelta(minutes=10))
    trial.clock.shift(timedelta(minutes=59))
    assert len(trial.mails()) == 1
    trial.clock.shift(timedelta(minutes=1))
    _, end = trial.mails()
    assert end.recipient == told.email
    assert end.subject == "Ended: Shelter A is below its places again: 50 people in 100 places"
    assert "NEAREST" not in end.text


def test_an_end_that_did_not_stay_is_not_told(trial: Trial) -> None:
    trial.coordinator()
    trial.shelter("A")
    trial.count("A", 110)
    assert len(trial.mails()) == 1
    trial.count("A", 50, after=timedelta(minutes=10))
    trial.count("A", 110, after=timedelta(minutes=30))
    trial.clock.shift(timedelta(hours=3))
    assert len(trial.mails()) == 1


def test_a_refill_after_a_mailed_end_is_told_though_a_day_has_not_passed(trial: Trial) -> None:
    """Whoever read that it ended must not go on believing it."""
    trial.coordinator()
    trial.shelter("A")
    trial.count("A", 110)
    assert len(trial.mails()) == 1
    trial.count("A", 50, after=timedelta(minutes=10))
    trial.clock.shift(timedelta(minutes=60))
    assert len(trial.mails()) == 2
    late = trial.coordinator()
    trial.count("A", 110, after=timedelta(minutes=5))
    refilled = trial.mails()[2:]
    assert [mail.subject.split(":")[0] for mail in refilled] == ["Critical", "Critical"]
    assert late.email in {mail.recipient for mail in refilled}, "who was told nothing yet is told"


def test_the_end_of_what_opened_again_in_silence_is_told(trial: Trial) -> None:
    """The alert that ends was announced to nobody: the last word is that of the one before."""
    trial.coordinator()
    trial.shelter("A")
    trial.count("A", 110)
    assert len(trial.mails()) == 1
    trial.count("A", 50, after=timedelta(minutes=10))
    trial.count("A", 110, after=timedelta(minutes=10))
    assert len(trial.mails()) == 1
    trial.count("A", 50, after=timedelta(minutes=10))
    trial.clock.shift(timedelta(minutes=61))
    assert [subject.split(":")[0] for subject in trial.subjects()] == ["Critical", "Ended"]
    trial.count("A", 40, after=timedelta(minutes=10))
    trial.clock.shift(timedelta(hours=2))
    assert len(trial.mails()) == 2, "an end is told once"
