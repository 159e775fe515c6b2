"""A world with one of everything that has an address, for tests over every page.

Everything that people name carries ``mark``, so that a page of another organisation can be searched for it.
January is drawn and locked, February closed with its drawdown proposed, March open. 2025 is a draft.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection

from funds.actions.funds import create_fund
from funds.actions.import_steps import look_at_batch
from funds.actions.imports import commit_batch, read_batch, save_profile, upload_file
from funds.actions.notes import add_interface, write_comment
from funds.actions.plans import LineLayout, TargetLayout, activate_plan, create_plan, save_layout
from funds.imports.profiles import Profile
from funds.models import (
    Actual,
    CostCentre,
    CostCentreName,
    Drawdown,
    ImportBatch,
    ImportProfile,
    Interface,
    LeadScope,
)
from fundtrack.periods import Month
from organisations.models import Membership, Unit
from organisations.rights import Role
from reporting.actions import STORED
from reporting.canonical import to_json
from reporting.models import IssuedFile, IssuedReport
from reporting.reports import board
from reporting.results import Issue

from . import NOW, World, make_member, make_organisation


@dataclass
class PageWorld:
    """An organisation with one of everything."""

    world: World
    mark: str
    #: A member who has every role.
    everybody: Membership
    unit: Unit
    #: Row of the open month on the first line; a row outside the plan.
    row: Actual
    outside: Actual
    interface: Interface
    centre_name: CostCentreName
    proposed: Drawdown
    report: IssuedReport
    #: Project codes: of the project lead's own line, and of a line on another cost centre.
    own_code: str
    hidden_code: str
    own_centre: str
    hidden_centre: str
    #: An import that was committed, one that was only read, and the profile by which they were read.
    batch: ImportBatch
    waiting: ImportBatch
    profile: ImportProfile


def make_page_world(slug: str) -> PageWorld:
    """Build the world; addresses, codes and names contain ``slug``."""
    mark = slug.upper()
    organisation, members = make_organisation(slug)
    world = _world(slug, organisation, members)
    own, hidden, centre = f"{mark}-1", f"{mark}-2", f"{mark}1000"
    everybody = make_member(organisation, *Role, email=f"kaikki@{slug}.example")
    LeadScope.objects.create(
        organisation=organisation, membership=world.lead, cost_centre=CostCentre.objects.get(code=centre)
    )
    world.book(own, "2024-01", "300.00", centre=centre)
    world.book(hidden, "2024-02", "200.00", centre=f"{mark}2000", description=f"Salainen {mark}")
    world.close("2024-01")
    world.draw("2024-01")
    world.close("2024-02")
    proposed = world.propose("2024-02")
    row = world.book(own, "2024-03", "50.00", centre=centre, supplier=f"Toimittaja {mark}").rows.get()
    outside = world.book(f"{mark}-X", "2024-03", "7.00", centre=centre).rows.get()
    line = world.line(own)
    write_comment(line=line, month=Month(2024, 1), text=f"Kommentti {mark}", by=world.lead, at=NOW)
    return PageWorld(
        world=world,
        mark=mark,
        everybody=everybody,
        unit=Unit.objects.create(organisation=organisation, name=f"Yksikkö {mark}"),
        row=row,
        outside=outside,
        interface=add_interface(
            line=line, theme=f"Teema {mark}", other_measure="Hanke", funding_source="", note="", by=world.admin
        ),
        centre_name=CostCentreName.objects.create(
            organisation=organisation,
            cost_centre=CostCentre.objects.get(code=centre),
            kind=CostCentreName.Kind.ALIAS,
            name=f"Toinen nimi {mark}",
            starts_on=date(2030, 1, 1),
        ),
        proposed=proposed,
        report=_report(world),
        own_code=own,
        hidden_code=hidden,
        own_centre=centre,
        hidden_centre=f"{mark}2000",
        **_import(world, mark),
    )


def _import(world: World, mark: str) -> dict[str, Any]:
    """A file with a row on the first line, and one outside the plan."""
    stored = save_profile(
        organisation=world.organisation, name=f"Profiili {mark}", profile=Profile(), by=world.finance, at=NOW
    )
    done, waiting = (_read(world, mark, amount, stored) for amount in ("12,50", "7,25"))
    done = commit_batch(batch=done, by=world.finance, at=NOW, acknowledged=None)
    return {"batch": done, "waiting": waiting, "profile": stored}


def _read(world: World, mark: str, amount: str, stored: ImportProfile) -> ImportBatch:
    rows = [(f"{mark}1000", f"{mark}-1", f"Tuotu {mark}", amount), (f"{mark}9000", "", f"Muu {mark}", amount)]
    text = "\n".join(";".join(row) for row in [("Kustannuspaikka", "Projekti", "Selite", "Summa"), *rows])
    how: dict[str, Any] = {"by": world.finance, "month": Month(2024, 3), "stored": stored}
    batch = upload_file(fund=world.fund, name=f"{mark}.csv", content=text.encode(), by=world.finance, at=NOW)
    batch = look_at_batch(batch=batch, declared=Profile(), **how)
    return read_batch(batch=batch, profile=Profile.from_json(batch.profile), confirmed=True, **how)


def _world(slug: str, organisation: object, members: dict[Role, Membership]) -> World:
    mark, admin = slug.upper(), members[Role.ADMIN]
    fund = create_fund(
        organisation=admin.organisation,
        slug=f"rahasto-{slug}",
        name=f"Rahasto {mark}",
        opening_balance=Decimal("100000.00"),
        opening_on=date(2024, 1, 1),
        by=admin,
        at=NOW,
    )
    layouts = [
        TargetLayout(
            name=f"Kohde {number} {mark}",
            cost_centre_code=f"{mark}{number}000",
            lines=[LineLayout(name=f"Rivi {number} {mark}", project_code=f"{mark}-{number}", amount=Decimal(1000))],
        )
        for number in (1, 2)
    ]
    for year in (2024, 2025):
        plan = create_plan(fund=fund, year=year, ceiling=Decimal(2000), by=admin)
        plan = save_layout(plan=plan, ceiling=plan.ceiling, targets=layouts, seen_version=plan.version, by=admin)
        if year == 2024:
            active = activate_plan(plan=plan, by=admin, at=NOW)
    active.refresh_from_db()
    return World(organisation=admin.organisation, fund=fund, plan=active, members=members)


def _report(world: World) -> IssuedReport:
    """An issued report whose files are not real: making real ones takes seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('reporting_issuedreport', 'id'))")
        report_id = cursor.fetchone()[0]
    month = Month(2024, 1)
    issue = Issue(number=1, meeting_on=date(2024, 2, 28), body="Johtokunta", issued_by="Finance", issued_at=NOW)
    text = to_json(replace(board.build(board.Params(world.plan, month), as_of=NOW), issue=issue))
    content = b"not a real file"
    IssuedFile.objects.bulk_create(
        IssuedFile(
            organisation=world.organisation,
            report_id=report_id,
            language=language,
            format=format,
            content=content,
            sha256=sha256(content).hexdigest(),
            size=len(content),
        )
        for language, _name in settings.LANGUAGES
        for format in STORED
    )
    return IssuedReport.objects.create(
        pk=report_id,
        organisation=world.organisation,
        plan=world.plan,
        number=1,
        month=month.first,
        meeting_on=issue.meeting_on,
        body=issue.body,
        result=text,
        sha256=sha256(text.encode()).hexdigest(),
        as_of=NOW,
        issued_by=world.finance,
        issued_at=NOW,
        key=uuid4(),
    )
