"""Reading pages and files as a person does: figures of tables, links to files, cells of workbooks."""

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client
from django.urls import Resolver404, resolve
from openpyxl import Workbook, load_workbook

from organisations.models import Membership
from tests.addresses import organisation_addresses

#: Addresses that answer with something else than a page of their own.
NO_PAGES = {"chart", "issued-chart", "home"}
_NESTED = ("table", "form", "dialog", "thead")


class PageTables(HTMLParser):
    """The links of a page, and the figures of its tables; tables inside forms are for entering, not for reading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tables = 0
        self._figures: list[str] = []
        self._within: list[str] = []
        self._reads = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.append(values["href"] or "")
        if tag in _NESTED:
            self._within.append(tag)
            self.tables += tag == "table" and self._is_read
        if tag in ("td", "th"):
            is_figure = "num" in (values.get("class") or "").split()
            self._reads = is_figure and self._is_read and "thead" not in self._within
            if self._reads:
                self._figures.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            self._within.remove(tag)
        if tag in ("td", "th"):
            self._reads = False

    def handle_data(self, data: str) -> None:
        if self._reads:
            self._figures[-1] += data

    @property
    def _is_read(self) -> bool:
        return "table" in self._within and not {"form", "dialog"} & set(self._within)

    @property
    def numbers(self) -> set[Decimal]:
        """The figures as numbers; what is none, such as a dash, is left out."""
        texts = (re.sub(r"[\s€%+]", "", text).replace("\u2212", "-").replace(",", ".") for text in self._figures)
        return {Decimal(text) for text in texts if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)}

    def files(self, url: str) -> list[str]:
        """Addresses of the tables that the page at ``url`` offers as files."""
        return [link for link in (urljoin(url, link) for link in self.links) if format_of(link)]


def format_of(url: str) -> str:
    """ "csv" or "xlsx" for the address of such a file, else empty."""
    found = re.search(r"[./](csv|xlsx)/?$", urlsplit(url).path)
    return found[1] if found else ""


def name_of(url: str) -> str:
    """Name of the address in the URL table; empty for a foreign one."""
    try:
        return resolve(urlsplit(url).path).url_name or ""
    except Resolver404:
        return ""


def client_of(member: Membership) -> Client:
    """A browser in which the member is signed in."""
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def pages_of(member: Membership) -> Iterator[tuple[str, str, PageTables]]:
    """(name, address, what is on it) of every page that the member finds by following links; one of each kind."""
    client = client_of(member)
    known = {address.name: address for address in organisation_addresses()}
    waiting, visited = [f"/{member.organisation.slug}/"], set(NO_PAGES)
    while waiting:
        url = waiting.pop(0)
        name = name_of(url)
        if (
            name not in known
            or name in visited
            or "GET" not in known[name].methods
            or "format" in known[name].arguments
        ):
            continue
        visited.add(name)
        response = client.get(url, follow=True)
        assert response.status_code == 200, url
        if response["Content-Type"].startswith("text/html"):
            seen = PageTables(response.content.decode())
            waiting += [urljoin(url, link).split("#")[0] for link in seen.links]
            yield name, url, seen


def blocks_of(content: bytes) -> list[list[list[str]]]:
    """The tables of a CSV file, last what it is about."""
    blocks: list[list[list[str]]] = [[]]
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"):
        if row:
            blocks[-1].append(row)
        else:
            blocks.append([])
    return blocks


def workbook(content: bytes) -> Workbook:
    """A workbook as a spreadsheet reads it."""
    return load_workbook(io.BytesIO(content))


def numbers_in(book: Workbook) -> set[Decimal]:
    """Every number in a workbook; percentages as they are read, 63.65 for 63,65 %."""
    return {
        Decimal(str(cell.value)).scaleb(2 if "%" in cell.number_format else 0).quantize(Decimal("0.01"))
        for cell in cells_of(book)
        if isinstance(cell.value, int | float)
    }


def cells_of(book: Workbook) -> Iterator[Any]:
    """The cells below the headings."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=2):
            yield from row
