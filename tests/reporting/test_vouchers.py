"""The voucher: what stands on it, in every language, and that a proposal says that it is one."""

from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from funds.actions.drawdowns import approve_drawdown
from fundtrack.periods import Month
from organisations.models import Membership
from reporting.views.vouchers import voucher_pdf
from tests.factories import NOW, World, make_world
from tests.funds.test_month_pages import address, client_of

pytestmark = pytest.mark.django_db

JANUARY = Month(2024, 1)


@pytest.fixture
def world() -> World:
    world = make_world(lines={"A1": "1000.00", "A2": "500.00"})
    world.fund.debit_account, world.fund.credit_account = "4390", "2290"
    world.fund.save()
    world.book("A1", "2024-01", "1250.50")
    world.book("A2", "2024-01", "20.00")
    world.close("2024-01")
    return world


def text_of(client: Client, world: World, language: str = "") -> str:
    extra = {"language": language} if language else {}
    response = client.get(address(world, "drawdown-voucher", month=JANUARY), extra)
    assert response.status_code == 200 and response["Content-Type"] == "application/pdf"
    return plain(response.content)


def plain(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


def test_a_posted_voucher_names_everything(world: World) -> None:
    world.draw("2024-01")
    text = text_of(client_of(world.finance), world, "en")
    for words in ("1/2024", "Kehittämisrahasto", "1000", "4390", "2290", "1 020,00", "A1", "1 000,00", "A2", "20,00"):
        assert words in text, words
    for member in (world.finance, world.approver):
        assert member.user.name in text
    assert "1.2.2024" in text and "proposal" not in text


@pytest.mark.parametrize("step", ["proposed", "approved"])
def test_before_posting_it_says_proposal(world: World, step: str) -> None:

    document = world.propose("2024-01")
    if step == "approved":
        approve_drawdown(drawdown=document, by=world.approver, at=NOW)
    assert "proposal" in text_of(client_of(world.finance), world, "en")


def test_languages(world: World) -> None:
    world.draw("2024-01")
    client = client_of(world.finance)
    texts = {language: text_of(client, world, language) for language in ("fi", "sv", "en")}
    assert text_of(client, world) == texts["fi"], "the organisation's language is the default"
    response = client.get(address(world, "drawdown-voucher", month=JANUARY), {"language": "de"})
    assert response.status_code == 404


def test_the_same_document_gives_the_same_bytes(world: World) -> None:
    posted = world.draw("2024-01")
    assert voucher_pdf(posted, language="sv") == voucher_pdf(posted, language="sv")


def test_without_a_document_there_is_no_voucher(world: World) -> None:
    def status(member: Membership) -> int:
        return client_of(member).get(address(world, "drawdown-voucher", month=JANUARY)).status_code

    assert status(world.finance) == 404
    world.draw("2024-01")
    assert (status(world.auditor), status(world.board), status(world.lead)) == (200, 403, 403)
