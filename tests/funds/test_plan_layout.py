"""Laying out a plan: what is saved, what is refused, in words and numbers."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import translation

from funds.actions.funds import create_fund
from funds.actions.plans import (
    LayoutRefusal,
    LineLayout,
    PlanConflict,
    TargetLayout,
    activate_plan,
    create_plan,
    delete_plan,
    save_layout,
)
from funds.models import BudgetLine, CostCentreName, Target, UsePlan
from funds.queries.layouts import layout_of
from fundtrack.exceptions import Refusal
from organisations.models.people import NotAllowed
from organisations.rights import Role
from tests.factories import NOW, World, make_world

pytestmark = pytest.mark.django_db

KAJAANI = [
    TargetLayout(
        "Tietohallinto, yhteiset palvelut",
        "2918300002",
        [
            LineLayout("Identiteetinhallinta", "KR2401", Decimal("50000.00")),
            LineLayout("Laitehallinta", "KR2402", Decimal("10000.00")),
            LineLayout("Palveluhallinnan alusta", "KR2403", Decimal("30000.00")),
            LineLayout("Tietojohtaminen", "KR2404", Decimal("10000.00")),
        ],
        cost_centre_name="KLL tietohallinto",
    ),
    TargetLayout(
        "Kainuun ammattiopisto",
        "2918310001",
        [
            LineLayout("Opiskelijahyvinvointi", "KR2405", Decimal("150000.00")),
            LineLayout("Maahanmuuttajat", "KR2406", Decimal("100000.00")),
        ],
    ),
    TargetLayout("Kajaanin lukio", "2918350001", [LineLayout("Hyvinvointi", "KR2407", Decimal("150000.00"))]),
]


@pytest.fixture
def world() -> World:
    return make_world(active=False, ceiling="500000.00", year=2023)


def save(
    world: World, targets: list[TargetLayout], *, plan: UsePlan | None = None, ceiling: str = "500000.00"
) -> UsePlan:
    plan = plan or world.plan
    return save_layout(plan=plan, ceiling=Decimal(ceiling), targets=targets, seen_version=plan.version, by=world.admin)


def problems_of(world: World, targets: list[TargetLayout], **options: str) -> list[tuple[str, str, str]]:
    with translation.override("en"), pytest.raises(LayoutRefusal) as refusal:
        save(world, targets, **options)
    return [(problem.key, problem.field, problem.code) for problem in refusal.value.problems]


def test_kajaani_is_laid_out_in_one_call(world: World) -> None:
    plan = save(world, KAJAANI)
    assert [(t.name, len(t.lines)) for t in layout_of(plan)] == [(t.name, len(t.lines)) for t in KAJAANI]
    assert sum(line.first_amount for line in plan.lines.all()) == Decimal("500000.00")
    assert CostCentreName.objects.get(cost_centre__code="2918300002").name == "KLL tietohallinto"
    # A cost centre without a name of its own takes the target's.
    assert CostCentreName.objects.get(cost_centre__code="2918350001").name == "Kajaanin lukio"


def test_saving_again_changes_nothing_and_leaves_no_history(world: World) -> None:
    plan = save(world, KAJAANI)
    lines = BudgetLine.objects.filter(plan=plan)
    events = [list(line.events.order_by("pgh_id").values_list("pgh_label", flat=True)) for line in lines]
    plan = save(world, layout_of(plan), plan=plan)
    assert [list(line.events.order_by("pgh_id").values_list("pgh_label", flat=True)) for line in lines] == events


def test_lines_move_swap_codes_and_leave_in_one_go(world: World) -> None:
    plan = save(world, KAJAANI)
    first, second, third = layout_of(plan)
    one, two, *_rest = first.lines
    swapped = [replace(one, project_code="KR2402"), replace(two, project_code="KR2401")]
    plan = save(world, [third, replace(first, lines=[]), replace(second, lines=[*swapped, *second.lines])], plan=plan)
    assert [target.name for target in layout_of(plan)] == [third.name, first.name, second.name]
    assert [line.project_code for line in layout_of(plan)[2].lines] == ["KR2402", "KR2401", "KR2405", "KR2406"]
    assert not BudgetLine.objects.filter(plan=plan, project_code__in=["KR2403", "KR2404"]).exists()


def test_the_ceiling_is_named_with_the_excess(world: World) -> None:
    with translation.override("en"):
        with pytest.raises(LayoutRefusal) as refusal:
            save(world, KAJAANI, ceiling="499999.99")
        assert refusal.value.code == "plan_within_ceiling"
        assert "500\u00a0000,00\u00a0€" in str(refusal.value) and "0,01\u00a0€" in str(refusal.value)
    assert world.plan.lines.count() == 2


def line(code: str = "A1", amount: str = "1.00", **more: object) -> LineLayout:
    return LineLayout(name="Rivi", project_code=code, amount=Decimal(amount), **{"key": "l", **more})


def target(*lines: LineLayout, name: str = "Kohde", centre: str = "1000", **more: object) -> TargetLayout:
    return TargetLayout(name=name, cost_centre_code=centre, lines=lines, **{"key": "t", **more})


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([target(name="")], [("t", "name", "missing")]),
        ([target(centre="")], [("t", "cost_centre", "missing")]),
        ([target(centre="10/00")], [("t", "cost_centre", "code_shape")]),
        ([target(centre="..")], [("t", "cost_centre", "code_shape")]),
        ([target(name="x" * 201)], [("t", "name", "too_long")]),
        ([target(), target(key="u")], [("t", "name", "name_twice"), ("u", "name", "name_twice")]),
        ([target(LineLayout("", "A1", Decimal(1), key="l"))], [("l", "name", "missing")]),
        ([target(line(""))], [("l", "project_code", "missing")]),
        ([target(line("A" * 31))], [("l", "project_code", "code_shape")]),
        ([target(line(), line(key="m"))], [("l", "project_code", "code_twice"), ("m", "project_code", "code_twice")]),
        ([target(line(amount="-0.01"))], [("l", "amount", "line_amount_not_negative")]),
        ([target(line(responsible_id=10**9))], [("l", "responsible", "not_a_member")]),
    ],
)
def test_each_broken_rule_is_named_at_its_place(
    world: World, targets: list[TargetLayout], expected: list[tuple[str, str, str]]
) -> None:
    assert problems_of(world, targets) == expected


def test_a_code_of_another_plan_of_the_year_is_refused(world: World) -> None:
    other = create_plan(fund=world.fund, year=2024, ceiling=Decimal(100), by=world.admin)
    save(world, [target(line("A1"))], plan=other)
    second = create_fund(
        organisation=world.organisation,
        slug="toinen",
        name="Toinen rahasto",
        opening_balance=Decimal(0),
        opening_on=NOW.date(),
        by=world.admin,
        at=NOW,
    )
    rival = create_plan(fund=second, year=2024, ceiling=Decimal(100), by=world.admin)
    assert problems_of(world, [target(line("A1"))], plan=rival) == [("l", "project_code", "project_code_once_a_year")]


def test_a_person_of_another_organisation_is_no_member(world: World) -> None:
    stranger = make_world("muu").lead
    assert problems_of(world, [target(responsible_id=stranger.pk)]) == [("t", "responsible", "not_a_member")]


def test_two_editors_notice_each_other(world: World) -> None:
    opened = world.plan
    save(world, KAJAANI)
    with pytest.raises(PlanConflict):
        save_layout(plan=opened, ceiling=Decimal(1), targets=[], seen_version=opened.version, by=world.admin)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_admins_edit_plans(world: World, role: Role) -> None:
    by = world.members[role]
    with pytest.raises(NotAllowed):
        save_layout(plan=world.plan, ceiling=Decimal(1), targets=[], seen_version=1, by=by)
    with pytest.raises(NotAllowed):
        create_plan(fund=world.fund, year=2030, ceiling=Decimal(1), by=by)
    with pytest.raises(NotAllowed):
        delete_plan(plan=world.plan, by=by)
    with pytest.raises(NotAllowed):
        activate_plan(plan=world.plan, by=by, at=NOW)


# --- in force


@pytest.fixture
def in_force() -> World:
    return make_world("voimassa")


def test_names_persons_use_plans_and_new_lines_change_in_force(in_force: World) -> None:
    (stored,) = layout_of(in_force.plan)
    first, second = stored.lines
    lines = [replace(second, name="Uusi nimi", use_plan="Tehdään"), first, line("A3", "0.00")]
    changed = replace(stored, name="Uusi kohde", responsible_id=in_force.lead.pk, lines=lines)
    plan = save(in_force, [changed, target(line("B1", "0.00"), name="Toinen", centre="2000")], ceiling="70000.00")
    assert [(t.name, [x.project_code for x in t.lines]) for t in layout_of(plan)] == [
        ("Uusi kohde", ["A2", "A1", "A3"]),
        ("Toinen", ["B1"]),
    ]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        (lambda t: replace(t, cost_centre_code="2000"), "cost_centre", "target_in_force_stays"),
        (
            lambda t: replace(t, lines=[replace(t.lines[0], project_code="X1"), t.lines[1]]),
            "project_code",
            "line_in_force_stays",
        ),
        (
            lambda t: replace(t, lines=[replace(t.lines[0], amount=Decimal("1.00")), t.lines[1]]),
            "amount",
            "line_in_force_stays",
        ),
        (lambda t: replace(t, lines=t.lines[:1]), "row", "line_in_force_stays"),
        (lambda t: replace(t, lines=[*t.lines, line("A3", "1.00")]), "amount", "line_amount_by_amendment"),
    ],
)
def test_what_is_in_force_stays(in_force: World, change: object, field: str, code: str) -> None:
    (stored,) = layout_of(in_force.plan)
    assert [found[1:] for found in problems_of(in_force, [change(stored)], ceiling="70000.00")] == [(field, code)]


def test_a_line_in_force_stays_in_its_target(in_force: World) -> None:
    (stored,) = layout_of(in_force.plan)
    other = target(*stored.lines[1:], name="Toinen")
    found = problems_of(in_force, [replace(stored, lines=stored.lines[:1]), other], ceiling="70000.00")
    assert [code for _key, _field, code in found] == ["line_in_force_stays"]


def test_the_ceiling_in_force_changes_by_amendment(in_force: World) -> None:
    assert problems_of(in_force, layout_of(in_force.plan), ceiling="80000.00") == [
        ("", "ceiling", "plan_in_force_amended_only")
    ]


def test_activation_is_once_and_never_without_lines(world: World, in_force: World) -> None:
    empty = create_plan(fund=world.fund, year=2031, ceiling=Decimal(1), by=world.admin)
    with pytest.raises(Refusal) as refusal:
        activate_plan(plan=empty, by=world.admin, at=NOW)
    assert refusal.value.code == "plan_needs_lines"
    with pytest.raises(Refusal):
        activate_plan(plan=in_force.plan, by=in_force.admin, at=NOW)


def test_a_draft_is_deleted_whole_and_a_plan_in_force_never(world: World, in_force: World) -> None:
    delete_plan(plan=world.plan, by=world.admin)
    assert not Target.objects.filter(organisation=world.organisation).exists()
    with pytest.raises(Refusal) as refusal:
        delete_plan(plan=in_force.plan, by=in_force.admin)
    assert refusal.value.code == "plan_in_force_stays"


@pytest.mark.parametrize(("year", "ceiling"), [(1899, "1.00"), (2200, "1.00"), (2030, "-0.01"), (2023, "1.00")])
def test_a_plan_has_a_sensible_year_once_and_no_negative_ceiling(world: World, year: int, ceiling: str) -> None:
    with pytest.raises(Refusal):
        create_plan(fund=world.fund, year=year, ceiling=Decimal(ceiling), by=world.admin)
