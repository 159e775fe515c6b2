"""Loads the demonstration through the same actions that people use, in the order of the year."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import QuerySet

from fundtrack.formats import HELSINKI
from fundtrack.periods import Month
from meetings.models import Body
from organisations.actions import add_member, create_organisation, save_unit
from organisations.models import Membership, Organisation, User

from ..actions.drawdowns import approve_drawdown, post_drawdown, propose_drawdown
from ..actions.funds import create_fund
from ..actions.imports import commit_batch, read_batch, save_profile, upload_file
from ..actions.months import close_month, state_of
from ..actions.notes import add_interface, record_judgement, write_comment
from ..actions.plans import LineLayout, TargetLayout, activate_plan, create_plan, save_layout
from ..actions.scopes import set_lead_scope
from ..models import CostCentre, CostCentreName, Drawdown, Fund, ImportFile, Judgement, MonthState, UsePlan
from . import plan as facts
from .ledger import PROFILE, PROFILE_NAME, files_by_month
from .people import PEOPLE
from .words import COMMENTS, JUDGEMENTS

SLUG = "kajaani"
NAME = "Kajaanin kaupungin koulutusliikelaitos"
#: The last month whose drawdown is posted; the next one is closed with its drawdown proposed.
LAST_POSTED = Month(2024, 8)

#: The last thing that is loaded: whoever finds its drawdown finds everything before it.
LAST_CLOSED = LAST_POSTED.next()

#: Gives the history of what is written inside to a member; None for the operator of the server.
Acting = Callable[[Membership | None], AbstractContextManager[None]]


@dataclass(frozen=True)
class Demonstration:
    """What was loaded so far, by the names that the steps use."""

    organisation: Organisation
    #: login → member
    members: dict[str, Membership]
    plan: UsePlan


def is_complete(organisation: Organisation) -> bool:
    """True when everything was loaded once; what people did to it since is theirs."""
    # Drawdowns are never deleted.
    return Drawdown.objects.filter(organisation=organisation, month=LAST_CLOSED.first).exists()


def load(*, acting: Acting, password: str, after_month: Callable[[Demonstration, Month], None]) -> None:
    """Load organisation, people, fund, plan, nine months of imported actuals and their drawdowns.

    Every deed is a transaction of its own, as when people do it, so that the history tells them apart. A load that was
    interrupted goes on where it stopped.

    Args:
        acting: says in the history who acts.
        password: of every login.
        after_month: called when the drawdown of a month is posted, before anything of the next month is booked; once
            more after an interruption.
    """
    with acting(None), transaction.atomic():
        organisation, members = _people()
        give_password(organisation, password)
    with acting(members["admin"]), transaction.atomic():
        plan = _plan(organisation, members)
    demonstration = Demonstration(organisation, members, plan)
    for month, content in files_by_month().items():
        if month <= LAST_POSTED and state_of(organisation, month) == MonthState.State.LOCKED:
            with acting(members["finance"]):
                after_month(demonstration, month)
            continue
        with acting(members["finance"]), transaction.atomic():
            _import(demonstration, month, content)
        _comment(demonstration, month, acting)
        _draw(demonstration, month, acting)
        if month <= LAST_POSTED:
            with acting(members["finance"]):
                after_month(demonstration, month)


def give_password(organisation: Organisation, password: str) -> None:
    """Make ``password`` the password of every login of the demonstration; nothing is written when it is already.

    One hash serves all of them: hashing takes long on purpose, and the password is the same.
    """
    users = User.objects.filter(email__in=[person.email for person in PEOPLE], memberships__organisation=organisation)
    stored = list(users.order_by("password").values_list("password", flat=True).distinct())
    if len(stored) == 1 and check_password(password, stored[0]):
        return
    users.update(password=make_password(password))


def working_day(month: Month, number: int) -> date:
    """Day ``number`` of the month after ``month``; a weekend moves it to Monday."""
    day = month.next().first + timedelta(days=number - 1)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A clock time in Helsinki."""
    return datetime.combine(day, time(hour, minute), HELSINKI)


def _people() -> tuple[Organisation, dict[str, Membership]]:
    organisation = Organisation.objects.filter(slug=SLUG).first()
    if organisation is not None:
        members = organisation.memberships.select_related("user", "organisation")
        logins = {person.email: person.login for person in PEOPLE}
        return organisation, {logins[member.user.email]: member for member in members if member.user.email in logins}
    organisation = create_organisation(slug=SLUG, name=NAME, is_demonstration=True)
    units = {
        name: save_unit(organisation=organisation, name=name, by=None)
        for name in sorted({person.unit for person in PEOPLE if person.unit})
    }
    return organisation, {
        person.login: add_member(
            organisation=organisation,
            email=person.email,
            name=person.name,
            roles=[person.role],
            title=person.title,
            unit=units.get(person.unit),
            by=None,
        ).membership
        for person in PEOPLE
    }


def plans_of(organisation: Organisation) -> QuerySet[UsePlan]:
    """The demonstration's plan, with its fund and organisation."""
    plans = UsePlan.objects.select_related("organisation", "fund__body", "fund__organisation")
    return plans.filter(organisation=organisation, fund__slug=facts.FUND_SLUG, year=facts.YEAR)


def _plan(organisation: Organisation, members: dict[str, Membership]) -> UsePlan:
    present = plans_of(organisation).first()
    if present is not None:
        return present
    admin = members["admin"]
    opened_at = datetime(facts.YEAR, 1, 2, 9, 0, tzinfo=HELSINKI)
    body = Body.objects.create(organisation=organisation, name=facts.BODY)
    fund = create_fund(
        organisation=organisation,
        slug=facts.FUND_SLUG,
        name=facts.FUND_NAME,
        opening_balance=facts.OPENING_BALANCE,
        opening_on=date(facts.YEAR, 1, 1),
        by=admin,
        at=opened_at,
        december_rule=Fund.DecemberRule.SAME_YEAR,
        body=body,
        rules=facts.RULES,
        debit_account=facts.DEBIT_ACCOUNT,
        credit_account=facts.CREDIT_ACCOUNT,
    )
    draft = create_plan(fund=fund, year=facts.YEAR, ceiling=facts.CEILING, by=admin)
    plan = save_layout(
        plan=draft,
        ceiling=facts.CEILING,
        targets=[_layout(target, members) for target in facts.TARGETS],
        seen_version=draft.version,
        by=admin,
    )
    _name_cost_centres(organisation)
    for person in PEOPLE:
        if person.cost_centres:
            centres = CostCentre.objects.filter(organisation=organisation, code__in=person.cost_centres)
            set_lead_scope(membership=members[person.login], cost_centres=centres, by=admin)
    _judge(plan, admin)
    activate_plan(plan=plan, by=admin, at=opened_at + timedelta(days=8))
    return plans_of(organisation).get()


def _layout(target: facts.DemoTarget, members: dict[str, Membership]) -> TargetLayout:
    return TargetLayout(
        name=target.name,
        cost_centre_code=target.cost_centre,
        cost_centre_name=target.centre_name,
        use_plan=target.use_plan,
        responsible_id=members[target.responsible].pk,
        lines=[
            LineLayout(name=line.name, project_code=line.code, amount=line.amount, use_plan=line.use_plan)
            for line in target.lines
        ],
    )


def _name_cost_centres(organisation: Organisation) -> None:
    for target in facts.TARGETS:
        if target.centre_name != target.name:
            CostCentreName.objects.create(
                organisation=organisation,
                cost_centre=CostCentre.objects.get(organisation=organisation, code=target.cost_centre),
                kind=CostCentreName.Kind.ALIAS,
                name=target.name,
                starts_on=date(facts.YEAR, 1, 1),
            )


def _judge(plan: UsePlan, admin: Membership) -> None:
    lines = {line.project_code: line for line in plan.lines.all()}
    at = datetime(facts.YEAR, 1, 9, 13, 0, tzinfo=HELSINKI)
    for code, rule, grounds in JUDGEMENTS:
        record_judgement(
            line=lines[code],
            rule=rule,
            verdict=Judgement.Verdict.FITS,
            grounds=grounds,
            judged_on=at.date(),
            by=admin,
            at=at,
        )
    add_interface(
        line=lines[facts.INTERFACE_LINE],
        theme=facts.INTERFACE_THEME,
        other_measure=facts.INTERFACE_MEASURE,
        funding_source=facts.INTERFACE_SOURCE,
        note=facts.INTERFACE_NOTE,
        by=admin,
    )


def _import(demonstration: Demonstration, month: Month, content: bytes) -> None:
    """What finance does early in the next month: bring the export of the accounting system."""
    organisation, finance = demonstration.organisation, demonstration.members["finance"]
    name, at = f"demonstraatio-{month}.csv", moment(working_day(month, 5), 9)
    if ImportFile.objects.filter(organisation=organisation, name=name, uploaded_at=at).exists():
        return
    profile = save_profile(organisation=organisation, name=PROFILE_NAME, profile=PROFILE, by=finance, at=at)
    batch = upload_file(fund=demonstration.plan.fund, name=name, content=content, by=finance, at=at)
    read = read_batch(batch=batch, profile=PROFILE, by=finance, stored=profile, confirmed=True)
    commit_batch(batch=read, by=finance, at=at + timedelta(minutes=4), acknowledged=None)


def _comment(demonstration: Demonstration, month: Month, acting: Acting) -> None:
    lines = {
        line.project_code: line
        for line in demonstration.plan.lines.select_related("target__responsible__user", "target__responsible")
    }
    for number, comment in enumerate(comment for comment in COMMENTS if comment.month == str(month)):
        line = lines[comment.code]
        lead = line.target.responsible
        assert lead is not None
        at = moment(working_day(month, 8), 10, minute=7 * number)
        with acting(lead):
            write_comment(line=line, month=month, text=comment.text, by=lead, at=at)


def _draw(demonstration: Demonstration, month: Month, acting: Acting) -> None:
    finance, approver = demonstration.members["finance"], demonstration.members["approver"]
    organisation, plan = demonstration.organisation, demonstration.plan
    first_day, second_day = working_day(month, 10), working_day(month, working_day(month, 10).day + 1)
    with acting(finance):
        if state_of(organisation, month) == MonthState.State.OPEN:
            close_month(organisation=organisation, month=month, by=finance, at=moment(first_day, 14))
    with acting(finance):
        drawdown = Drawdown.objects.standing().filter(plan=plan, month=month.first).first() or propose_drawdown(
            plan=plan, month=month, by=finance, at=moment(first_day, 14, 20)
        )
    if month > LAST_POSTED:
        return
    with acting(approver):
        if drawdown.state == Drawdown.State.PROPOSED:
            drawdown = approve_drawdown(drawdown=drawdown, by=approver, at=moment(second_day, 9, 5))
    with acting(finance):
        post_drawdown(drawdown=drawdown, by=finance, at=moment(second_day, 9, 40))
