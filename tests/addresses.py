"""Every address of the application, read from the URL table, and how to fill it from a ``PageWorld``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories.pages import PageWorld


@dataclass(frozen=True)
class Address:
    """One entry of the URL table."""

    name: str
    #: Such as ``<slug:organisation>/members/<int:member>/``.
    route: str
    #: Names of the keyword arguments, in order.
    arguments: tuple[str, ...]
    #: Right that the page needs; None outside organisations.
    permission: str | None
    methods: tuple[str, ...]

    def __str__(self) -> str:
        return self.route or "/"


@cache
def all_addresses() -> tuple[Address, ...]:
    """The whole URL table."""
    return tuple(_addresses(get_resolver().url_patterns, "", ()))


def organisation_addresses() -> tuple[Address, ...]:
    """Pages of an organisation."""
    return tuple(address for address in all_addresses() if "organisation" in address.arguments)


def _addresses(patterns: list[URLPattern | URLResolver], route: str, arguments: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        here = route + str(pattern.pattern)
        names = (*arguments, *pattern.pattern.converters, *getattr(pattern.pattern, "regex").groupindex)  # noqa: B009
        names = tuple(dict.fromkeys(names))
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern.url_patterns, here, names)
        else:
            view: Any = pattern.callback
            yield Address(
                name=pattern.name or "",
                route=here,
                arguments=names,
                permission=getattr(view, "permission", None),
                methods=tuple(getattr(view, "methods", ("GET",))),
            )


#: Keyword argument → its value in a world. An argument of another meaning in some addresses has its own line below,
#: as ``name of the address:argument``.
VALUES: dict[str, Callable[[PageWorld], Any]] = {
    "organisation": lambda page: page.world.organisation.slug,
    "fund": lambda page: page.world.fund.slug,
    "year": lambda page: page.world.plan.year,
    "month": lambda page: "2024-02",
    "code": lambda page: page.own_code,
    "unit": lambda page: page.unit.pk,
    "member": lambda page: page.world.viewer.pk,
    "actual": lambda page: page.row.pk,
    "interface": lambda page: page.interface.pk,
    "batch": lambda page: page.batch.number,
    "row": lambda page: 2,
    "profile": lambda page: page.profile.pk,
    "number": lambda page: page.report.number,
    "format": lambda page: "csv",
    "language": lambda page: "fi",
    "name": lambda page: page.centre_name.pk,
    "chart:name": lambda page: "use",
    "issued-chart:name": lambda page: "use",
    "cost-centre:code": lambda page: page.own_centre,
    "cost-centre-export:code": lambda page: page.own_centre,
    "cost-centre-name-add:code": lambda page: page.own_centre,
    "cost-centre-name-edit:code": lambda page: page.own_centre,
    "cost-centre-name-remove:code": lambda page: page.own_centre,
    "outside-settle:actual": lambda page: page.outside.pk,
    # what only an import that is not committed has
    **{
        f"{name}:batch": lambda page: page.waiting.number
        for name in ("import-read", "import-map", "import-commit", "import-discard")
    },
    # what only a draft has
    "plan-activate:year": lambda page: 2025,
    "plan-delete:year": lambda page: 2025,
    "plan-import:year": lambda page: 2025,
    # a month without an issued report that can have one
    "report-issue:month": lambda page: "2024-02",
}

#: Arguments that name something of the organisation; the others (a year, a format) mean the same everywhere.
OWNED = (
    "organisation",
    "fund",
    "code",
    "unit",
    "member",
    "actual",
    "interface",
    "number",
    "name",
    "batch",
    "row",
    "profile",
)


def values_for(address: Address, page: PageWorld) -> dict[str, Any]:
    """Keyword arguments of ``address`` in this world.

    Raises:
        AssertionError: an argument is not known yet, and says what to do.
    """
    values = {}
    for argument in address.arguments:
        value = VALUES.get(f"{address.name}:{argument}", VALUES.get(argument))
        assert value is not None, (
            f"The address {address.route!r} has the argument {argument!r}, which the tests cannot fill: add it to "
            "VALUES in tests/addresses.py, and to OWNED when it names something of an organisation."
        )
        values[argument] = value(page)
    return values


def url_of(address: Address, values: dict[str, Any]) -> str:
    """The address with these arguments."""
    return reverse(address.name, kwargs=values)


def form_for(page: PageWorld) -> dict[str, str]:
    """What a browser would at least send with a POST; most forms answer it with their errors."""
    return {"key": str(uuid4()), "drawdown": str(page.proposed.pk), "reason": ""}
