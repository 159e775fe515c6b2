"""Profiles of imports as tables to download; as JSON they are what another organisation can take over."""

from collections.abc import Iterable, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fundtrack.exports import Column, Row, Table

from ..imports.profiles import Profile
from ..models import ImportProfile
from ..queries.import_profiles import ListedProfile


def _state(profile: ImportProfile) -> str:
    return _("not offered any more") if profile.is_retired else _("in use")


def _maker(profile: ImportProfile) -> str:
    return profile.made_by.user.name if profile.made_by else _("Command line")


def profiles_table(profiles: Iterable[ListedProfile]) -> Table:
    """Every profile by its newest version."""
    columns = [
        Column(_("Name")),
        Column(_("Version"), "integer"),
        Column(_("State")),
        Column(_("Imports"), "integer"),
        Column(_("Saved by")),
        Column(_("Saved at"), "moment"),
    ]
    return Table(_("Profiles"), columns, map(_listed, profiles))


def _listed(profile: ListedProfile) -> Row:
    newest = profile.newest
    return [newest.name, newest.version, _state(newest), profile.imports, _maker(newest), newest.made_at]


def profile_tables(
    content: Profile, columns: Iterable[tuple[str | Promise, str]], versions: Sequence[ImportProfile]
) -> list[Table]:
    """One version: its columns, what is left out, its rules in their order; and all versions."""
    left_out = [
        [entry.column, _("blank") if entry.is_blank else entry.equals or "", entry.first or "", entry.last or ""]
        for entry in content.leave_out
    ]
    rules: list[Row] = [
        [number, rule.replaces, rule.cost_centre, rule.account, rule.description_contains, rule.project_code]
        for number, rule in enumerate(content.rules, start=1)
    ]
    ranged = [_("Column"), _("Is"), _("From"), _("To")]
    ruled = [_("Code of the file"), _("Cost centre"), _("Account"), _("Text contains"), _("Project code")]
    return [
        Table(_("Columns"), [Column(_("Meaning")), Column(_("Column of the file"))], [list(pair) for pair in columns]),
        Table(_("Rows that are left out"), list(map(Column, ranged)), left_out),
        Table(_("Rules"), [Column(_("Order"), "integer"), *map(Column, ruled)], rules),
        _versions(versions),
    ]


def _versions(versions: Sequence[ImportProfile]) -> Table:
    columns = [
        Column(_("Version"), "integer"),
        Column(_("Saved by")),
        Column(_("Saved at"), "moment"),
        Column(_("State")),
    ]
    rows: list[Row] = [[each.version, _maker(each), each.made_at, _state(each)] for each in versions]
    return Table(_("Versions"), columns, rows)
