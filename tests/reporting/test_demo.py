"""The demonstration: what it loads, that it can be repeated, and where it refuses."""

import io
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.test import Client, TestCase, override_settings

from funds.actions.imports import read_batch, upload_file
from funds.demonstration.ledger import FILE, PROFILE
from funds.demonstration.people import PEOPLE
from funds.models import (
    Actual,
    Booking,
    BudgetLine,
    Comment,
    CostCentre,
    Drawdown,
    DrawdownRow,
    FundEntry,
    ImportBatch,
    Interface,
    Judgement,
    LeadScope,
    MonthState,
    UsePlan,
)
from funds.queries.imports import preview_batch
from organisations.management.base import Refused
from organisations.models import Membership, Organisation, Unit, User
from organisations.rights import Role
from reporting.management.commands.demo import demonstration_password
from reporting.models import IssuedReport

PASSWORD = "korkea-kuusi-ja-matala-lumi"

#: domain.md §2: € per month, January to September 2024.
ACTUALS = ["22300.00", "32500.75", "45499.75", "37834.05", "48898.99", "31866.45", "3850.00", "45550.01", "49950.00"]
DRAWDOWNS = ["22300.00", "32500.75", "45499.75", "37834.05", "48898.99", "30366.45", "5350.00", "45550.01", "49800.00"]
#: The plan of the published document, code by code.
AMOUNTS = {
    "KR2401": "50000.00",
    "KR2402": "10000.00",
    "KR2403": "30000.00",
    "KR2404": "10000.00",
    "KR2405": "150000.00",
    "KR2406": "100000.00",
    "KR2407": "150000.00",
}
MODELS = (
    Actual, Booking, BudgetLine, Comment, CostCentre, Drawdown, DrawdownRow, FundEntry, ImportBatch, Interface,
    Judgement, IssuedReport, LeadScope, Membership, MonthState, Organisation, Unit, UsePlan, User,
)  # fmt: skip


def demo(*arguments: str) -> str:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNDTRACK_DEMO_PASSWORD", PASSWORD)
        # Typesetting six PDFs takes long and has its own tests; the browser tests load the real ones.
        patch.setattr("reporting.render.render_pdf", lambda *args, **kwargs: b"%PDF-1.7")
        call_command("demo", *arguments, stdout=out)
    return out.getvalue()


class TestLoaded(TestCase):
    """The demonstration is loaded once for these tests."""

    said: str

    @classmethod
    def setUpTestData(cls) -> None:
        cls.said = demo()

    def test_every_actual_leads_to_a_row_of_a_file(self) -> None:
        batches = list(ImportBatch.objects.select_related("file").order_by("number"))
        months = [f"demonstraatio-2024-{month:02}.csv" for month in range(1, 10)]
        assert [batch.file.name for batch in batches] == months
        assert {batch.state for batch in batches} == {"committed"}
        assert not Actual.objects.filter(import_row__isnull=True).exists()
        assert [f"{batch.booking.total}" for batch in batches if batch.booking] == ACTUALS

    def test_the_whole_file_brings_nothing_new(self) -> None:
        finance = Membership.objects.select_related("user", "organisation").get(user__email="finance@kajaani.example")
        fund = finance.organisation.funds.get()
        at = datetime(2024, 10, 20, 9, 0, tzinfo=UTC)
        batch = upload_file(fund=fund, name=FILE.name, content=FILE.read_bytes(), by=finance, at=at)
        preview = preview_batch(read_batch(batch=batch, profile=PROFILE, by=finance, confirmed=True))
        assert (preview.known.count, str(preview.known.amount)) == (95, "318250.00") and preview.changes_nothing

    def test_plan(self) -> None:
        plan = UsePlan.objects.get(organisation__slug="kajaani", fund__slug="kehittamisrahasto", year=2024)
        assert (plan.ceiling, plan.state) == (Decimal("500000.00"), "active")
        lines = BudgetLine.objects.filter(plan=plan)
        assert {line.project_code: str(line.first_amount) for line in lines} == AMOUNTS
        targets = plan.targets.annotate(amount=Sum("lines__first_amount")).order_by("position")
        assert [(target.cost_centre.code, target.amount) for target in targets] == [
            ("2918300002", Decimal("100000.00")),
            ("2918310001", Decimal("250000.00")),
            ("2918350001", Decimal("150000.00")),
        ]
        assert all(target.responsible for target in targets)
        assert all(line.use_plan or line.target.use_plan for line in lines.select_related("target"))

    def test_control_figures_per_month(self) -> None:
        months = Actual.objects.values_list("month").annotate(total=Sum("amount")).order_by("month")
        assert [str(total) for _month, total in months] == ACTUALS
        assert Actual.objects.count() == 95
        assert [str(drawdown.total) for drawdown in Drawdown.objects.order_by("month")] == DRAWDOWNS
        assert sum(map(Decimal, ACTUALS)) == Decimal("318250.00")
        assert sum(map(Decimal, DRAWDOWNS)) == Decimal("318100.00")

    def test_kr2402_passes_its_amount_twice(self) -> None:
        rows = DrawdownRow.objects.filter(line__project_code="KR2402").order_by("drawdown__month")
        by_month = {row.drawdown.month.month: (row.drawdown_amount, row.uncovered) for row in rows}
        assert by_month[6][1] == Decimal("1500.00")
        assert by_month[7] == (Decimal("-300.00"), Decimal("0.00"))
        assert by_month[9][1] == Decimal("150.00")

    def test_months_and_drawdowns_stand_as_told(self) -> None:
        assert list(MonthState.objects.order_by("month").values_list("state", flat=True)) == ["locked"] * 8 + ["closed"]
        states = list(Drawdown.objects.order_by("month").values_list("state", flat=True))
        assert states == ["posted"] * 8 + ["proposed"]
        assert all(
            drawdown.prepared_by_id != drawdown.approved_by_id for drawdown in Drawdown.objects.filter(state="posted")
        )

    def test_steps_are_in_order_of_time(self) -> None:
        for drawdown in Drawdown.objects.filter(state="posted"):
            assert drawdown.approved_at is not None and drawdown.posted_at is not None
            assert drawdown.month < drawdown.prepared_at.date()
            assert drawdown.prepared_at < drawdown.approved_at < drawdown.posted_at

    def test_balance(self) -> None:
        total = FundEntry.objects.aggregate(total=Sum("amount"))["total"]
        # 1 200 000.00 − 318 100.00 + 49 800.00, September being proposed only
        assert total == Decimal("931700.00")

    def test_one_member_per_role_with_a_printed_login_that_works(self) -> None:
        roles = {role for member in Membership.objects.all() for role in member.roles}
        assert roles == {role.value for role in Role}
        for person in PEOPLE:
            assert person.email in self.said
        assert PASSWORD in self.said
        for email in ("viewer@kajaani.example", "lead.lukio@kajaani.example"):
            client = Client()
            response = client.post("/accounts/login/", {"login": email, "password": PASSWORD})
            assert response.status_code == 302, email

    def test_leads_have_one_cost_centre_each(self) -> None:
        scopes = LeadScope.objects.values_list("membership__user__email", "cost_centre__code")
        assert dict(scopes) == {
            "lead@kajaani.example": "2918310001",
            "lead.lukio@kajaani.example": "2918350001",
            "lead.tieto@kajaani.example": "2918300002",
        }

    def test_comments_judgements_and_the_interface(self) -> None:
        assert set(Comment.objects.filter(line__project_code="KR2402").values_list("month__month", flat=True)) == {
            6, 7, 9,
        }  # fmt: skip
        assert Interface.objects.get().line.project_code == "KR2406"
        assert set(Judgement.objects.filter(line__project_code="KR2406").values_list("rule", flat=True)) == set(
            Judgement.Rule
        )

    def test_two_issued_board_reports(self) -> None:
        issued = IssuedReport.objects.order_by("number").values_list("number", "month", "issued_at__date", "meeting_on")
        assert [(number, month.month, at.month, meeting.month) for number, month, at, meeting in issued] == [
            (1, 3, 4, 4),
            (2, 6, 8, 8),
        ]
        for report in IssuedReport.objects.all():
            # What was known then: everything up to its month was posted, and nothing was written after it was issued.
            assert not Booking.objects.filter(made_at__gt=report.issued_at, rows__month__lte=report.month).exists()
            assert {(file.language, file.format) for file in report.files.all()} >= {
                (language, "pdf") for language in ("fi", "sv", "en")
            }

    def test_an_interrupted_load_goes_on(self) -> None:
        last = Drawdown.objects.get(state="proposed")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("DELETE FROM funds_drawdownrow WHERE drawdown_id = %s", [last.pk])
            cursor.execute("DELETE FROM funds_drawdown WHERE id = %s", [last.pk])
            cursor.execute("SET LOCAL session_replication_role = origin")
        demo()
        assert str(Drawdown.objects.get(state="proposed").total) == DRAWDOWNS[-1]
        assert (Actual.objects.count(), Comment.objects.count(), IssuedReport.objects.count()) == (95, 14, 2)

    def test_it_says_that_it_is_invented(self) -> None:
        assert Organisation.objects.get(slug="kajaani").is_demonstration
        assert "invented" in self.said

    def test_a_second_time_changes_nothing(self) -> None:
        before = {model: list(model.objects.order_by("pk").values()) for model in MODELS}  # type: ignore[attr-defined]
        said = demo()
        assert {model: list(model.objects.order_by("pk").values()) for model in MODELS} == before  # type: ignore[attr-defined]
        assert "there already" in said
        assert "admin@kajaani.example" in said and PASSWORD in said

    def test_printed_logins_work_again_after_somebody_changed_a_password(self) -> None:
        user = User.objects.get(email="board@kajaani.example")
        user.set_password("jokin-aivan-muu-sana")
        user.save()
        demo()
        user.refresh_from_db()
        assert user.check_password(PASSWORD)

    def test_check_ledger_finds_nothing(self) -> None:
        out = io.StringIO()
        call_command("check_ledger", stdout=out)
        assert "DIFFERS" not in out.getvalue()
        assert "(95)" in out.getvalue()


@pytest.mark.django_db
def test_production_is_spared() -> None:
    with override_settings(PRODUCTION=True), pytest.raises(Refused, match="--force"):
        demo()
    assert not Organisation.objects.exists()


@pytest.mark.django_db
def test_a_real_organisation_of_that_name_is_left_alone() -> None:
    Organisation.objects.create(slug="kajaani", name="Kajaanin kaupunki")
    with pytest.raises(Refused, match="not a demonstration"):
        demo()
    assert not User.objects.exists()


def test_the_password_is_made_once_per_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FUNDTRACK_DEMO_PASSWORD", raising=False)
    with override_settings(DATA_DIR=tmp_path):
        password = demonstration_password()
        assert demonstration_password() == password
    assert len(password) > 16
    assert (tmp_path / "demo-password").stat().st_mode & 0o777 == 0o600


def test_a_weak_chosen_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FUNDTRACK_DEMO_PASSWORD", "demo")
    with pytest.raises(Refused):
        demonstration_password()
