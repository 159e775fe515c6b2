"""Funds, their entries and cost centres: rules in words and numbers."""

from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.utils import translation

from funds.actions.cost_centres import create_cost_centre, save_cost_centre_name
from funds.actions.funds import add_fund_entry, create_fund, update_fund
from funds.models import CostCentre, CostCentreName, Fund, FundEntry
from funds.queries.drawdowns import balance_on
from funds.queries.funds import cost_centre_rows, entries_with_balance
from funds.queries.plans import cost_centre_names
from fundtrack.exceptions import Refusal
from organisations.models.people import NotAllowed
from organisations.rights import Role
from tests.factories import NOW, World, make_world

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def world() -> World:
    return make_world(opening_balance="1000.00")


def enter(world: World, kind: str, amount: str, on: str = "2024-03-15", **more: object) -> FundEntry:
    return add_fund_entry(
        **{
            "fund": world.fund,
            "kind": kind,
            "entry_on": date.fromisoformat(on),
            "amount": D(amount),
            "by": world.finance,
            "at": NOW,
            "key": uuid4(),
            **more,
        }
    )


def sentence(world: World, *entry: str, **more: object) -> tuple[str, str]:
    with translation.override("en"):
        with pytest.raises(Refusal) as refusal:
            enter(world, *entry, **more)
        return refusal.value.code, str(refusal.value).replace("\u00a0", " ")


def test_entries_and_their_running_balance(world: World) -> None:
    enter(world, "deficit_cover", "300.00", "2024-05-01", decision_reference="§ 5")
    enter(world, "transfer_in", "50.50", "2024-02-01")
    enter(world, "return", "9.50", "2024-02-01")
    rows = [(e.number, e.entry_on.isoformat(), e.amount, e.balance) for e in entries_with_balance(world.fund)]
    assert rows == [
        (1, "2024-01-01", D("1000.00"), D("1000.00")),
        (3, "2024-02-01", D("50.50"), D("1050.50")),
        (4, "2024-02-01", D("9.50"), D("1060.00")),
        (2, "2024-05-01", D("-300.00"), D("760.00")),
    ]
    # A filter on top leaves each balance what it was.
    assert [e.balance for e in entries_with_balance(world.fund).filter(kind="return")] == [D("1060.00")]
    assert balance_on(world.fund, date(2024, 4, 30)) == D("1060.00")


def test_the_balance_never_falls_below_zero_on_a_later_day(world: World) -> None:
    enter(world, "transfer_in", "500.00", "2024-06-01")
    enter(world, "deficit_cover", "1400.00", "2024-07-01", decision_reference="§ 5")
    code, words = sentence(world, "deficit_cover", "100.01", "2024-02-01", decision_reference="§ 6")
    assert code == "fund_balance_not_negative"
    assert "on 1.7.2024 it is 100,00 €, and 0,01 € is missing" in words


@pytest.mark.parametrize(
    ("entry", "more", "code"),
    [
        (("transfer_in", "0.00"), {}, "fund"),
        (("transfer_in", "-5.00"), {}, "fund"),
        (("drawdown", "5.00"), {}, "fund"),
        (("opening", "5.00"), {}, "fund"),
        (("transfer_in", "5.00", "2023-12-31"), {}, "fund"),
        (("deficit_cover", "5.00"), {}, "fund_deficit_needs_decision"),
        (("deficit_cover", "5.00"), {"decision_reference": "  "}, "fund_deficit_needs_decision"),
    ],
)
def test_what_an_entry_cannot_be(world: World, entry: tuple[str, ...], more: dict[str, str], code: str) -> None:
    assert sentence(world, *entry, **more)[0] == code


def test_a_closed_month_takes_no_entry(world: World) -> None:
    world.close("2024-01", "2024-02")
    code, words = sentence(world, "transfer_in", "5.00", "2024-02-10")
    assert code == "month_is_closed" and "2/2024 is closed" in words


def test_a_double_click_enters_once(world: World) -> None:
    key = UUID(int=1)
    assert enter(world, "transfer_in", "5.00", key=key) == enter(world, "transfer_in", "5.00", key=key)
    assert sentence(world, "transfer_in", "6.00", key=key)[0] == "key"
    assert world.fund.entries.count() == 2


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.FINANCE, Role.ADMIN)])
def test_only_finance_and_admins_enter(world: World, role: Role) -> None:
    with pytest.raises(NotAllowed):
        enter(world, "transfer_in", "5.00", by=world.members[role])


def create(world: World, **more: object) -> Fund:
    return create_fund(
        **{
            "organisation": world.organisation,
            "slug": "toinen",
            "name": "Toinen",
            "opening_balance": D("10.00"),
            "opening_on": date(2024, 3, 1),
            "by": world.admin,
            "at": NOW,
            **more,
        }
    )


def test_a_fund_opens_once_however_often_it_is_sent(world: World) -> None:
    key = UUID(int=3)
    assert create(world, key=key) == create(world, key=key)
    assert FundEntry.objects.get(fund__slug="toinen").amount == D("10.00")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"slug": "rahasto"}, "fund_slug_once"),
        ({"slug": "new"}, "fund_slug_once"),
        ({"opening_balance": D("-0.01")}, "fund_entry_sign"),
        ({"opening_on": date(2024, 1, 31)}, "month_is_closed"),
    ],
)
def test_what_a_fund_cannot_be(world: World, values: dict[str, object], code: str) -> None:
    world.close("2024-01")
    with pytest.raises(Refusal) as refusal:
        create(world, **values)
    assert refusal.value.code == code
    assert not Fund.objects.filter(slug="toinen").exists()


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
def test_only_admins_change_funds_and_cost_centres(world: World, role: Role) -> None:
    by = world.members[role]
    with pytest.raises(NotAllowed):
        create(world, by=by)
    with pytest.raises(NotAllowed):
        update_fund(fund=world.fund, by=by)
    with pytest.raises(NotAllowed):
        create_cost_centre(organisation=world.organisation, code="9", name="x", starts_on=date(2024, 1, 1), by=by)


# --- cost centres


def name(world: World, text: str, start: str, end: str | None = None, kind: str = "name") -> CostCentreName:
    centre, _created = CostCentre.objects.get_or_create(organisation=world.organisation, code="2000")
    unsaved = CostCentreName(
        organisation=world.organisation,
        cost_centre=centre,
        kind=kind,
        name=text,
        starts_on=date.fromisoformat(start),
        ends_on=date.fromisoformat(end) if end else None,
    )
    return save_cost_centre_name(name=unsaved, by=world.admin)


def test_names_are_valid_in_time(world: World) -> None:
    name(world, "Vanha", "2020-01-01", "2023-12-31")
    name(world, "Uusi", "2024-01-01")
    name(world, "Lempinimi", "2022-01-01", kind="alias")
    names = [cost_centre_names(world.organisation, date(y, m, d)).get("2000") for y, m, d in DAYS]
    assert names == [None, "Vanha", "Vanha", "Uusi"]
    assert [(r.code, r.name, r.aliases, r.lines) for r in cost_centre_rows(world.organisation, date(2024, 5, 1))] == [
        ("1000", "Kohde", (), 2),
        ("2000", "Uusi", ("Lempinimi",), 0),
    ]


DAYS = [(2019, 12, 31), (2020, 1, 1), (2023, 12, 31), (2024, 1, 1)]


@pytest.mark.parametrize(
    ("start", "end", "refused"),
    [
        ("2019-01-01", "2019-12-31", False),
        ("2019-01-01", "2020-01-01", True),
        ("2019-01-01", None, True),
        ("2023-12-31", None, True),
        ("2024-01-01", None, False),
    ],
)
def test_two_names_never_share_a_day(world: World, start: str, end: str | None, refused: bool) -> None:
    name(world, "Vanha", "2020-01-01", "2023-12-31")
    if not refused:
        assert name(world, "Uusi", start, end).pk
        return
    with translation.override("en"):
        with pytest.raises(Refusal) as refusal:
            name(world, "Uusi", start, end)
        assert refusal.value.code == "cost_centre_one_name_a_day"
        assert "“Vanha” is the name from 1.1.2020 to 31.12.2023" in str(refusal.value)


def test_a_name_ends_after_it_begins(world: World) -> None:
    with pytest.raises(Refusal) as refusal:
        name(world, "Uusi", "2024-02-01", "2024-01-31")
    assert refusal.value.code == "cost_centre_name_ends_after_start"


@pytest.mark.parametrize(
    ("code", "refused"), [("1000", "code_twice"), ("1/2", "code_shape"), ("", "code_shape"), ("0012", "")]
)
def test_codes_of_cost_centres(world: World, code: str, refused: str) -> None:
    make = {"organisation": world.organisation, "name": "Uusi", "starts_on": date(2024, 1, 1), "by": world.admin}
    if not refused:
        assert create_cost_centre(code=code, **make).code == code
        return
    with pytest.raises(Refusal) as refusal:
        create_cost_centre(code=code, **make)
    assert refusal.value.code == refused
