"""What the scorer reaches: nine in ten doubles found, four in five of those it names are some (issue: Must show).

Seeds 1 to 5 were looked at while the points were set; those here were not.
"""

from app.duplicates.policy import likeness
from tests.duplicates.planted import HOUSEHOLD_SIZE, measure
from tests.duplicates.reading import pairs

RECALL, PRECISION = 0.9, 0.8
UNSEEN = (11, 12, 13)


def told(name: str, recall: float, precision: float, number: int) -> None:
    print(f"{name}: recall {recall:.3f}, precision {precision:.3f} of {number} doubles")  # noqa: T201  # pytest -s shows it


def test_of_sixty_pairs_written_by_hand() -> None:
    found = {
        (case, is_same)
        for case, is_same, one, other in pairs()
        if (alike := likeness(one, other, household_size=HOUSEHOLD_SIZE)) is not None and alike.is_possible
    }
    right = sum(is_same for _, is_same in found)
    recall, precision = right / 30, right / len(found)
    told("Sixty pairs", recall, precision, 30)
    assert recall >= RECALL and precision >= PRECISION


def test_of_doubles_that_simulations_plant() -> None:
    """Of three together: by itself one may miss a hundredth (seed 12 finds 0.899)."""
    measured = [measure(seed=seed) for seed in UNSEEN]
    planted = sum(one.planted for one in measured)
    right = [one.recall * one.planted for one in measured]
    named = sum(found / one.precision for found, one in zip(right, measured, strict=True))
    recall, precision = sum(right) / planted, sum(right) / named
    for seed, one in zip(UNSEEN, measured, strict=True):
        told(f"Planted, seed {seed}", one.recall, one.precision, one.planted)
    told("Planted", recall, precision, planted)
    assert planted > 900
    assert recall >= RECALL and precision >= PRECISION


def test_at_crowded_gates_more_is_asked_than_is_double() -> None:
    """Ten times as many reports at each shelter, few of which say who came: said so that nobody takes the figures above
    for more than they are."""
    measured = measure(seed=UNSEEN[0], shelters=30)
    told("Planted at crowded gates", measured.recall, measured.precision, measured.planted)
    assert measured.recall >= 0.8 and measured.precision >= 0.5
