"""Comments: own lines only, counted alike everywhere, every version kept, nothing lost on an error."""

import unicodedata

import pytest
from django.urls import reverse

from funds.actions.notes import COMMENT_LIMIT, NoteRefusal, as_counted, write_comment
from funds.models import Comment, LeadScope
from funds.queries.comments import comment_plans, comment_sheets
from fundtrack.periods import Month
from organisations.rights import Role
from tests.factories import NOW, World, make_member, make_world

from .test_month_pages import address, client_of

pytestmark = pytest.mark.django_db

JANUARY = Month(2024, 1)


def lead_world() -> World:
    """The lead is responsible for A1 alone; A2 is somebody else's."""
    world = make_world(lines={"A1": "1200.00", "A2": "500.00"})
    line = world.line("A1")
    line.responsible = world.lead
    line.save()
    world.book("A1", "2024-01", "150.00")
    world.close("2024-01")
    return world


def save(world: World, text: str, seen: str = "", code: str = "A1", month: Month = JANUARY) -> object:
    pk = world.line(code).pk
    return client_of(world.lead).post(address(world, "comments", month=month), {f"text-{pk}": text, f"seen-{pk}": seen})


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("rivi\r\ntoinen\rkolmas", "rivi\ntoinen\nkolmas"),
        (unicodedata.normalize("NFD", "Äänekäs"), "Äänekäs"),
        ("  \n alku ja loppu \u00a0\n", "alku ja loppu"),
        ("😀", "😀"),
    ],
)
def test_one_definition_of_a_character(typed: str, stored: str) -> None:
    assert as_counted(typed) == stored


def test_figures_beside_the_text() -> None:
    world = lead_world()
    [sheet] = comment_sheets(world.plan, JANUARY, [world.line("A1").pk])
    # 1 200 a year is 100 a month; 150 used is 50 ahead and 12.50 %.
    assert [str(value) for value in (sheet.actual_month, sheet.pace, sheet.deviation, sheet.used_percent)] == [
        "150.00",
        "100.00",
        "50.00",
        "12.50",
    ]
    assert sheet.is_missing


def test_a_lead_writes_on_own_lines_only() -> None:
    world = lead_world()
    html = client_of(world.lead).get(address(world, "comments", month=JANUARY)).content.decode()
    assert 'data-line="A1"' in html and 'data-line="A2"' not in html
    save(world, "Minun", code="A2")
    assert not Comment.objects.exists()
    with pytest.raises(NoteRefusal):
        write_comment(line=world.line("A2"), month=JANUARY, text="Minun", by=world.lead, at=NOW)


def test_a_cost_centre_in_scope_gives_its_lines() -> None:
    world = lead_world()
    other = make_member(world.organisation, Role.LEAD, email="toinen@testila.example")
    html = client_of(other).get(address(world, "comments", month=JANUARY)).content.decode()
    assert 'data-testid="empty"' in html
    centre = world.line("A2").target.cost_centre
    LeadScope.objects.create(organisation=world.organisation, membership=other, cost_centre=centre)
    html = client_of(other).get(address(world, "comments", month=JANUARY)).content.decode()
    assert 'data-line="A1"' in html and 'data-line="A2"' in html


def test_every_version_is_kept() -> None:
    world = lead_world()
    assert save(world, "Ensimmäinen").status_code == 302
    first = Comment.objects.get()
    assert save(world, "Toinen", seen=str(first.pk)).status_code == 302
    assert save(world, "Toinen", seen="").status_code == 302  # nothing changed, nothing written
    assert list(Comment.objects.values_list("text", flat=True)) == ["Ensimmäinen", "Toinen"]
    html = client_of(world.lead).get(address(world, "comments", month=JANUARY)).content.decode()
    assert "Ensimmäinen" in html


def test_too_long_a_comment_is_kept_on_the_page() -> None:
    world = lead_world()
    text = "x" * (COMMENT_LIMIT + 1)
    page = save(world, text)
    assert page.status_code == 422 and text in page.content.decode()
    assert not Comment.objects.exists()
    assert save(world, "\r\n" + "x" * COMMENT_LIMIT + "  ").status_code == 302


def test_two_people_on_one_line() -> None:
    world = lead_world()
    save(world, "Oma")
    page = save(world, "Päälle", seen="")
    html = page.content.decode()
    assert page.status_code == 422 and "Päälle" in html and "Oma" in html
    assert Comment.objects.count() == 1


def test_home_says_what_is_missing() -> None:
    world = lead_world()
    [part] = comment_plans(world.lead, Month(2024, 2).first)
    assert [label.project_code for label in part.lines] == ["A1"]
    assert [(str(month.month), month.lines, month.missing) for month in part.months] == [
        ("2024-02", 0, 0),
        ("2024-01", 1, 1),
    ]
    save(world, "Selitys")
    [part] = comment_plans(world.lead, Month(2024, 2).first)
    assert part.months[1].missing == 0
    page = client_of(world.lead).get(reverse("comment-home", kwargs={"organisation": "testila"}))
    assert page.status_code == 200 and 'data-testid="missing"' in page.content.decode()


def test_a_month_that_has_not_begun_is_not_found() -> None:
    world = make_world(year=2199)
    assert client_of(world.lead).get(address(world, "comments", month=Month(2199, 5))).status_code == 404
    assert client_of(world.lead).get(address(world, "comments")).status_code == 200
