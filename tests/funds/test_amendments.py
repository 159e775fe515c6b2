"""Decided amendments: their effect before recording, and every refusal in words and numbers."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.utils import translation

from funds.actions.plans import AmendmentRefusal, PlanRefusal, record_amendment
from funds.models import Amendment
from funds.queries.amendments import amendment_effect, recorded_amendments
from fundtrack.exceptions import Refusal
from fundtrack.periods import Month
from organisations.models.people import NotAllowed
from organisations.rights import Role
from tests.factories import NOW, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """A1 50 000, A2 20 000, ceiling 80 000: 10 000 are unallocated."""
    return make_world(ceiling="80000.00")


def amend(
    world: World, changes: Mapping[str, str], *, on: str = "2024-07-01", ceiling: str = "0", **more: object
) -> Amendment:
    return record_amendment(
        **{
            "plan": world.plan,
            "effective_on": date.fromisoformat(on),
            "changes": {world.line(code).pk: Decimal(change) for code, change in changes.items()},
            "ceiling_change": Decimal(ceiling),
            "reason": "Johtokunta",
            "by": world.admin,
            "at": NOW,
            "key": uuid4(),
            **more,
        }
    )


def refusal_of(world: World, changes: Mapping[str, str], **more: object) -> tuple[str, str]:
    """Code and English sentence of the refusal."""
    with translation.override("en"):
        with pytest.raises(Refusal) as refusal:
            amend(world, changes, **more)
        return refusal.value.code, str(refusal.value).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("changes", "ceiling", "kind"),
    [
        ({"A1": "-500.00", "A2": "500.00"}, "0", "transfer"),
        ({"A1": "10000.00"}, "0", "new_money"),
        ({"A1": "15000.00"}, "5000.00", "new_money"),
        ({"A1": "-0.01"}, "0", "given_back"),
        ({"A1": "-20000.00"}, "-20000.00", "given_back"),
        ({}, "1000.00", "ceiling"),
        ({}, "-10000.00", "ceiling"),
        ({"A1": "-500.00", "A2": "300.00"}, "0", "given_back"),
    ],
)
def test_the_kind_follows_from_the_sum(world: World, changes: dict[str, str], ceiling: str, kind: str) -> None:
    amendment = amend(world, changes, ceiling=ceiling)
    assert (amendment.number, amendment.kind) == (1, kind)
    assert {row.line.project_code: row.amount for row in amendment.rows.all()} == {
        code: Decimal(change) for code, change in changes.items()
    }


def test_zeros_are_left_out_of_a_transfer(world: World) -> None:
    assert amend(world, {"A1": "0.00", "A2": "5.00"}).rows.count() == 1


REFUSED = [
    ({"A1": "10000.01"}, "0", "plan_within_ceiling", "0,01 € more than the ceiling of 80 000,00 €"),
    ({}, "-10000.01", "plan_within_ceiling", "0,01 € more than the ceiling of 69 999,99 €"),
    ({}, "-80000.01", "plan_within_ceiling", "The ceiling would be −0,01 €"),
    ({"A2": "-20000.01"}, "0", "amendment_above_drawn", "A2 would be −0,01 € on 1.7.2024"),
    ({}, "0", "nothing_changes", "changes nothing"),
    ({"A1": "0.00"}, "0", "nothing_changes", "changes nothing"),
    ({"A1": "-1.00", "A2": "1.00"}, "5.00", "transfer_keeps_the_ceiling", "Record two amendments"),
]


@pytest.mark.parametrize(("changes", "ceiling", "code", "words"), REFUSED)
def test_limits_are_said_in_numbers(world: World, changes: dict[str, str], ceiling: str, code: str, words: str) -> None:
    found, sentence = refusal_of(world, changes, ceiling=ceiling)
    assert found == code
    assert words in sentence


def test_what_was_drawn_stays_covered(world: World) -> None:
    world.book("A2", "2024-01", "12000.00")
    world.close("2024-01")
    world.draw("2024-01")
    code, sentence = refusal_of(world, {"A2": "-8000.01"})
    assert code == "amendment_above_drawn"
    assert "A2 would be 11 999,99 € on 1.7.2024, but 12 000,00 € has been drawn" in sentence
    assert amend(world, {"A2": "-8000.00"}).kind == "given_back"


def test_a_later_amendment_counts_too(world: World) -> None:
    amend(world, {"A2": "-15000.00"}, on="2024-10-01")
    # In July 20 000 − 6 000 is fine; from October on it would be below zero.
    code, sentence = refusal_of(world, {"A2": "-6000.00"}, on="2024-07-01")
    assert code == "amendment_above_drawn"
    assert "−1 000,00 € on 1.10.2024" in sentence


def test_money_that_a_later_decision_needs_is_not_spent_twice(world: World) -> None:
    amend(world, {"A1": "10000.00"}, on="2024-10-01")
    code, sentence = refusal_of(world, {"A2": "1.00"}, on="2024-07-01")
    assert code == "plan_within_ceiling"
    assert "On 1.10.2024 the lines would sum to 80 001,00 €" in sentence


@pytest.mark.parametrize(
    ("on", "code"), [("2023-12-31", "amendment_in_plan_year"), ("2025-01-01", "amendment_in_plan_year")]
)
def test_another_year_is_refused(world: World, on: str, code: str) -> None:
    assert refusal_of(world, {"A1": "1.00"}, on=on)[0] == code


def test_a_closed_month_is_refused_and_named(world: World) -> None:
    world.close("2024-01", "2024-02")
    code, sentence = refusal_of(world, {"A1": "1.00"}, on="2024-02-29")
    assert code == "month_is_closed"
    assert "2/2024 is closed" in sentence
    assert amend(world, {"A1": "1.00"}, on="2024-03-01").number == 1


def test_a_draft_is_edited_not_amended() -> None:
    draft = make_world(active=False)
    assert refusal_of(draft, {"A1": "-1.00"})[0] == "amendment_needs_plan_in_force"


def test_a_reason_is_needed(world: World) -> None:
    assert refusal_of(world, {"A1": "1.00"}, reason=" \n ")[0] == "amendment_has_reason"


def test_a_line_of_another_plan_is_refused(world: World) -> None:
    stranger = make_world("muu").line("A1").pk
    with pytest.raises(PlanRefusal):
        record_amendment(
            plan=world.plan,
            effective_on=date(2024, 7, 1),
            changes={stranger: Decimal(1)},
            reason="Johtokunta",
            by=world.admin,
            at=NOW,
            key=uuid4(),
        )
    assert not world.plan.amendments.exists()


def test_the_same_key_records_once_and_never_something_else(world: World) -> None:
    key = UUID(int=7)
    first = amend(world, {"A1": "1.00"}, key=key)
    assert amend(world, {"A1": "1.00"}, key=key) == first
    assert refusal_of(world, {"A1": "2.00"}, key=key)[0] == "key"
    assert Amendment.objects.filter(plan=world.plan).count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_admins_amend(world: World, role: Role) -> None:
    with pytest.raises(NotAllowed):
        amend(world, {"A1": "1.00"}, by=world.members[role])


def test_all_problems_are_named_together(world: World) -> None:
    world.close("2024-01")
    with pytest.raises(AmendmentRefusal) as refusal:
        amend(world, {"A1": "90000.00", "A2": "-30000.00"}, on="2024-01-15")
    assert [problem.code for problem in refusal.value.problems] == [
        "month_is_closed",
        "amendment_above_drawn",
        "plan_within_ceiling",
    ]


def test_the_effect_shows_before_and_after(world: World) -> None:
    world.book("A1", "2024-01", "12000.00")
    world.close("2024-01")
    world.draw("2024-01")
    amend(world, {"A1": "-1000.00", "A2": "1000.00"}, on="2024-03-01")
    effect = amendment_effect(
        plan=world.plan,
        effective_on=date(2024, 7, 1),
        changes={world.line("A1").pk: Decimal("4000.00"), world.line("A2").pk: Decimal(0)},
        ceiling_change=Decimal("500.00"),
    )
    assert not effect.problems
    (line,) = effect.lines
    assert (line.before, line.change, line.after) == (Decimal("49000.00"), Decimal("4000.00"), Decimal("53000.00"))
    assert (line.drawn, line.used, line.remaining) == (Decimal("12000.00"), Decimal("12000.00"), Decimal("41000.00"))
    assert (effect.planned_before, effect.planned_after) == (Decimal("70000.00"), Decimal("74000.00"))
    assert (effect.unallocated_before, effect.unallocated_after) == (Decimal("10000.00"), Decimal("6500.00"))


def test_the_list_tells_every_amount_before_and_after(world: World) -> None:
    amend(world, {"A1": "-1000.00", "A2": "1000.00"}, on="2024-09-01")
    amend(world, {"A1": "300.00"}, on="2024-03-01", ceiling="500.00", decision_reference="§ 12")
    march, september = recorded_amendments(world.plan)
    assert (march.number, september.number) == (2, 1)
    assert [(line.before, line.after) for line in march.lines] == [(Decimal("50000.00"), Decimal("50300.00"))]
    assert [(line.before, line.after) for line in september.lines] == [
        (Decimal("50300.00"), Decimal("49300.00")),
        (Decimal("20000.00"), Decimal("21000.00")),
    ]
    assert (march.ceiling_before, march.ceiling_after) == (Decimal("80000.00"), Decimal("80500.00"))
    assert (march.decision_reference, march.recorded_by) == ("§ 12", "Admin")
    assert september.total_change == 0


def test_the_drawdown_follows_an_amendment_of_mid_year(world: World) -> None:
    world.book("A2", "2024-01", "25000.00")
    world.close("2024-01")
    assert world.draw("2024-01").total == Decimal("20000.00")
    amend(world, {"A2": "3000.00"}, on="2024-02-29")
    world.close("2024-02")
    # 23 000 are covered from February on: the uncovered 5 000 of January fall to 2 000.
    assert world.draw("2024-02").total == Decimal("3000.00")
    assert Month(2024, 2).last == date(2024, 2, 29)
