"""Sending the forms of an import as a browser without JavaScript does."""

import re
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from funds.models import Actual, ImportBatch
from tests.factories import World

from .pages import address

ROWS = [
    ("5.1.2024", "101", "1000", "A1", "4000", "Palkat", "100,00"),
    ("6.1.2024", "102", "1000", "A1", "4000", "Palkat", "250,50"),
    ("7.2.2024", "103", "1000", "A2", "4340", "Ostot", "-20,50"),
]


def text_of(response: HttpResponse) -> str:
    return response.content.decode().replace("\u00a0", " ")


def upload(client: Client, world: World, content: bytes, name: str = "vienti.csv", **more: Any) -> HttpResponse:
    form = {"file": SimpleUploadedFile(name, content), "manner": "movements", **more}
    return client.post(address("import-upload", world), form)


def batch_of(world: World) -> ImportBatch:
    """The newest import."""
    return ImportBatch.objects.filter(organisation=world.organisation).latest("number")


def to(name: str, world: World, **more: Any) -> str:
    return address(name, world, batch=batch_of(world).number, **more)


def fields_of(response: HttpResponse, form: str) -> dict[str, str]:
    """What a browser without JavaScript would send of a form as it stands on the page."""
    html = response.content.decode()
    found = re.search(rf'<form[^>]*data-testid="{form}".*?</form>', html, re.DOTALL)
    assert found, html
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", found[0]):
        name, kind = _attribute(tag, "name"), _attribute(tag, "type")
        ticked = kind not in ("checkbox", "radio") or " checked" in tag
        if name and ticked and kind not in ("submit", "file"):
            sent[name] = _attribute(tag, "value") or ("on" if kind == "checkbox" else "")
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', found[0], re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def read(client: Client, world: World, **changes: str) -> HttpResponse:
    """Confirm the recognition as it stands, but for the changes."""
    form = fields_of(client.get(to("import-read", world)), "read-form")
    return client.post(to("import-read", world), {**form, "step": "read", **changes})


def commit_form(client: Client, world: World) -> dict[str, str]:
    """The form of the preview with every warning ticked."""
    page = client.get(to("import-preview", world))
    ticks = dict.fromkeys(re.findall(r'type="checkbox" name="([^"]+)" id="warning', page.content.decode()), "on")
    return {**fields_of(page, "commit-form"), **ticks}


def commit(client: Client, world: World) -> HttpResponse:
    return client.post(to("import-commit", world), commit_form(client, world))


def sums(world: World) -> Decimal:
    return sum((row.amount for row in Actual.objects.filter(organisation=world.organisation)), Decimal(0))
