"""Headings that mean a column in the exports of Finnish cities, the surest first.

Finnish, Swedish and English, as SAP, Unit4, Visma, ProE, Intime and Raindance and the published purchase ledgers have
them. Compared without case, accents, line breaks and punctuation. Net stands before gross, the day of booking before
the day of the invoice, the code before its name.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from .headings import bare_label
from .profiles import plain

WORDS: Mapping[str, str] = {
    "date": """kirjauspäivä | kirjauspäivämäärä | kirjauspvm | kirj.päivä | kirj.pvm | kirjattu | tapahtumapäivä |
        tapahtumapvm | tapaht.pvm | tapaht pv | vientipäivä | vientipvm | tiliöintipäivä | tiliöintipvm |
        posting date | booking date |
        accounting date |
        bokföringsdatum | bokföringsdag | bokf.datum | bokf.dag | tositepäivä | tositepäivämäärä | tositepvm |
        tositteen päivä | tositteen pvm | tositteen päivämäärä | voucher date | document date | verifikationsdatum |
        verifikatdatum | ver.datum | transaktionsdatum | transaction date | päivämäärä | päiväys | pvm | päivä | pv |
        date | datum | laskupäivä | laskun päivä | laskun päivämäärä | laskun pvm | laskupvm | laskutuspäivä |
        invoice date | fakturadatum | maksupäivä | maksupvm | payment date | betalningsdatum""",
    "month": """kirjauskausi | kausi | laskentakausi | kirjanpitokausi | raportointikausi | jakso | kuukausi | kk |
        vuosikuukausi |
        vuosi kuukausi | kausi vuosi | vuosi kausi | vuosi kk | kk vuosi | kirjauskuukausi | month | period |
        posting period | fiscal period | accounting period | booking month | year month | bokföringsperiod |
        räkenskapsperiod | bokf.period | månad | år månad | bokföringsmånad""",
    "year": """vuosi | tilivuosi | kirjausvuosi | tilikausi | budjettivuosi | year | fiscal year | år | räkenskapsår |
        bokföringsår | budgetår""",
    "cost_centre": """kustannuspaikka | kustannuspaikan koodi | kustannuspaikkakoodi | kustannuspaikan numero |
        kustannuspaikkanumero | kustannuspaikan tunnus | kustannuspaikka nro | kustannuspaikka koodi | kust.paikka |
        kust.paik | kustp | kustpaikka | kp | kpaikka | kp koodi | kp nro | kp numero | laskentakohde | cost centre |
        cost center | cost centre code | cost center code | costcenter | kostnadsställe | kostnadsställets kod |
        kostnadsställekod | kostnadsställenummer | kst | kst kod | ansvarsställe | ansvar | tulosyksikkö |
        toimintayksikkö | vastuuyksikkö | yksikkö | vastuualue""",
    "project_code": """projektitunniste | projektin tunniste | projektikoodi | projektin koodi | projektinumero |
        projektin numero | projekti nro | projekti koodi | projekti | projektitunnus | seurantakohde |
        seurantakohteen koodi | seurantakoodi | seko | hankekoodi | hankenumero | hanketunnus | hankkeen numero |
        hanke |
        sisäinen tilaus | sis.tilaus | wbs | wbs elementti | wbs element | rakenneosa | prr osa | toimenpide |
        project code | project number | project no | project id | project | internal order | projektkod |
        projektnummer |
        projekt nr | projekt | proj koodi | proj nro | proj nr | proj |
        uppföljningsobjekt | kohde | objekt | tunniste""",
    "amount": """summa ilman alv | laskun summa ilman alv | summa ilman alv eur | summa ilman arvonlisäveroa |
        euroa ilman alv | hinta ilman alv |
        veroton rivin osuus | rivin veroton summa | veroton summa | veroton hinta | veroton euroa |
        veroton | alv 0 summa | summa alv 0 | summa alv 0 % | netto | nettosumma | netto eur | netto euroa |
        netto määrä | nettomäärä | summa netto | net amount | net amount eur | amount excluding vat | nettobelopp |
        belopp exkl moms | belopp utan moms | exkl moms | toteuma eur | toteuma euroa | toteuma | utfall |
        rivin summa |
        rivisumma | tiliöintirivin summa | tiliöity summa | tiliöintisumma | tiliöinnin summa | vientisumma |
        kirjaussumma | tapahtuman summa | summa eur | summa euroa | summa euro | summa € | eur summa | summa | euroa |
        euro | eur | € | määrä eur | määrä euroa | rahamäärä | määrä kotivaluutassa | määrä yritysvaluutassa |
        määrä paikallisessa valuutassa | summa kotivaluutassa | määrä | arvo eur | arvo euroina | arvo |
        amount eur | amount in eur | amount in local currency | amount in company code currency | amount | value |
        belopp eur | belopp i eur | belopp i euro | belopp i lokal valuta | belopp | saldo | balance |
        laskun summa | laskun loppusumma | loppusumma | kokonaissumma | brutto | bruttosumma | brutto eur |
        verollinen summa | verollinen | summa sis alv | summa sis. alv | gross amount | total amount | bruttobelopp |
        belopp inkl moms | fakturabelopp""",
    "debit": "debet | debet eur | debet summa | debetsumma | debit | debit amount | debit eur | debetbelopp",
    "credit": "kredit | kredit eur | kredit summa | kreditsumma | credit | credit amount | credit eur | kreditbelopp",
    "side": """d/k | debet/kredit | debet kredit tunnus | debet kredit tunniste | debet kredit | kirjausavain | dk |
        deb/kred | debet/credit | d k | d/c | debit/credit | debit credit indicator | debit/kredit | dr/cr | drcr | dc |
        s/h | soll haben | per/an | veloitus/hyvitys | debitering/kreditering | menot/tulot | meno/tulo | tulot/menot |
        tulo/meno | m/t | t/m | utgift/inkomst | expense/income | puoli | kirjauspuoli | etumerkki | etum. | förtecken |
        posting key | posting side | merkki | side | sign | bokföringsnyckel | konteringsnyckel""",
    "account": """tili | tili nro | tilinro | tilin nro | tilinumero | tilin numero | tilikoodi | tilin koodi |
        tili koodi |
        tilin tunnus | lask.tili | laskentatili | laskentatilin numero | kirjanpidon tili | kirjanpitotili |
        kirjanpitotilin numero | kp tili | pääkirjatili | pääkirja tili | tiliöinti | tiliöintitili | kustannuslaji |
        menolaji | account | account code | account number | account no | gl account | g/l account | ledger account |
        cost element | konto | kontonummer | konto nr | kontonr | kontokod | huvudbokskonto | kostnadsslag""",
    "voucher": """tosite | tositenumero | tositenro | tosite nro | tosite numero | tositteen numero | tositeno |
        tositetunnus | tositteen tunnus | tapahtumanumero | tapahtumanro | tapahtuman numero | tapahtumatunnus |
        tapahtuma nro | kirjausnumero | vientinumero | dokumenttinumero | dokumentin numero | dokumentti |
        voucher | voucher number | voucher no | document number | document no | documentno | document |
        transaction number | transaction no | verifikat | verifikatnummer | verifikation | verifikationsnummer |
        verifikat nr | verifikations nr | ver.nr | ver nr | vernr | transaktionsnummer | dokumentnummer |
        laskunumero | laskun numero | laskun nro | laskunro | lasku nro | invoice number | fakturanummer""",
    "description": """selite | kirjausselite | kirjauksen selite | vientiselite | viennin selite | tapahtuman selite |
        rivin selite | tositteen selite | rivitason selite | selitys | selitysteksti | selite 1 | teksti |
        rivin teksti |
        vientiteksti | tositeteksti | otsikkoteksti | kuvaus | tapahtuman kuvaus | viesti | lisätieto | lisätiedot |
        huomautus | description | line description | text | posting text | line text | item text | beskrivning |
        förklaring | verifikationstext | verifikattext | radtext | bokföringstext | anmärkning""",
    "supplier": """toimittaja | toimittajan nimi | toimittajannimi | toimittaja nimi | palveluntuottaja |
        palvelun tuottaja | laskuttaja | laskuttajan nimi | laskun lähettäjä | myyjä | myyjän nimi | maksunsaaja |
        saajan nimi | saaja | vastapuoli | vastapuolen nimi | kumppani | supplier | supplier name | vendor |
        vendor name | creditor | payee | leverantör | leverantörens namn | leverantörsnamn | leverantörnamn |
        säljare | betalningsmottagare | mottagare""",
}
#: Of the words for sides, those that may mean something else.
_VAGUE_SIDES = frozenset({"merkki", "side", "sign", "bokforingsnyckel", "konteringsnyckel"})
#: Parts of a heading that tell a name, a tax or a number of another kind from the column that is wanted.
_OTHER = re.compile(
    r"\b(?:nimi|nimet|name|namn|benamning|selite|koodi selite|alv|vero|veron|arvonlisavero|arvonlisaveron|moms|vat|tax"
    r"|y tunnus|prosentti|tyyppi|laji|laskuri|kpl|maara kpl|kanta)\b"
)

_WITHOUT_TAX = re.compile(
    r"ilman (?:alv|arvonlisavero|vero)\w*|alv ?0|(?:exkl|exklusive|utan|ex) moms\w*|moms ?0|momsfri\w*"
    r"|(?:excluding|excl|without|ex) (?:vat|tax)|vat ?0|net of (?:vat|tax)|ei sis\w* alv\w*"
)
_NET = re.compile(
    rf"\b(?:{_WITHOUT_TAX.pattern}|veroton|verottomat|alviton|alvitta|verotta|arvonlisaveroton|arvonlisaverotta"
    r"|netto|nettosumma|nettohinta)\b"
)
_WITH_TAX = re.compile(
    r"(?<!\w)(?:(?:sis|sisaltaa|sisaltaen|ml|mukaan lukien) (?:alv|arvonlisavero|vero)\w*|(?:alv|vero) sis\w*"
    r"|alvilli\w+|(?:arvonlisa)?verolli(?:nen|set|sta)|(?:inkl|inklusive) (?:moms|skatt)\w*|moms inkl\w*"
    r"|(?:incl|including|inclusive of|with) (?:vat|tax)|(?:vat|tax) incl\w*)(?!\w)"
)
_GROSS = re.compile(r"(?<!\w)(?:brutto(?:summa|hinta|maara|lasku|belopp|euroa)?|gross)(?!\w)")
#: Gross pay and gross expenses say nothing of tax.
_OTHER_GROSS = re.compile(r"palk|palkk|lon|wage|salar|meno|kulu|utgift|expens")
#: The last of the words for amounts without tax; the gross ones come after it.
_LAST_NET = "exkl moms"


@lru_cache(maxsize=5_000)
def worded(heading: str) -> str:
    """A heading without case, accents and punctuation."""
    return " ".join("".join(letter if letter.isalnum() or letter == "€" else " " for letter in plain(heading)).split())


_MEANINGS: dict[str, dict[str, int]] = {
    key: {worded(word): rank for rank, word in reversed(list(enumerate(words.split("|"))))}
    for key, words in WORDS.items()
}


#: What is counted and no money, as headings say it.
QUANTITIES = (
    "kpl|lkm|lukumaara|antal|quantity|qty|pcs|tunnit|tunti|tuntia|tunteja|tuntimaara|tyotunnit|h|timmar|hours"
    "|prosentti|prosenttia|procent"
)
_RATE = re.compile(
    r"(?<!\w)(?:alv ?(?:kanta|prosentti)?|moms ?(?:sats|procent)?|vat ?(?:rate)?|vero(?:kanta|prosentti)?"
    rf"|\w*kurssi|kurs|rate|{QUANTITIES}|saldo|budjetti|budget|yksikkohinta|a hinta|enhetspris|unit price)(?!\w)"
)
#: “ALV %” and “Osuus-%” are rates, “alv 0 %” and “ALV 25,5 %” name one.
_PERCENT = re.compile(r"(?<![0-9\s])\s*%|^\s*%")
#: Taxes and quantities, which never are codes of a plan.
_NO_CODE = re.compile(
    r"(?<!\w)(?:alv|alv\w*koodi|vero|verokoodi|verokanta|veroluokka|moms|momskod|momssats|skattekod|vat|tax"
    rf"|maara|{QUANTITIES})(?!\w)"
)
#: Running numbers of rows, which begin with the numbers of short codes.
_ROW_NUMBER = re.compile(
    r"(?:(?:tositteen|laskun|tilioinnin|viennin|verifikat\w*|faktura\w*|voucher|invoice|document) )?"
    r"(?:rivi|rivin|(?:vienti|tosite|lasku|tiliointi)rivi|rad|line|line item|row|item|position|pos)"
    r"(?: ?(?:nro|no|nr|n|numero|nummer|number|num|id|tunnus))?"
    r"|(?:jarjestys|juokseva) ?(?:nro|numero)|lop ?(?:nr|nummer)|(?:running|sequence|serial) (?:no|number)"
)
#: Keys whose numbers are no codes of a plan.
_NUMBERS = ("date", "month", "year", "amount", "debit", "credit", "side", "voucher", "supplier")
_VOUCHER_TOTAL = re.compile(
    r"(?<!\w)(?:(?:laskun|tositteen|lasku|tosite) ?(?:loppu|kokonais|yhteis)?summa|loppusumma|kokonaissumma"
    r"|laskusumma|tositesumma|brutto(?!palk|meno|kulu|lon|tulo)\w*|verollinen|sis alv|sisaltaa alv\w*|maksettava\w*"
    r"|faktura(?:belopp|summa|total)?|fakturans belopp|verifikat(?:belopp|summa|total)|totalbelopp|inkl moms"
    r"|(?:invoice|voucher|document|total|gross) (?:total|amount)|incl vat)(?!\w)"
)
_COUNTERPART = re.compile(
    r"(?<!\w)(?:vasta(?!an|av)\w*|mot(?:konto|part|projekt|kod|kostnadsstalle|kst)\w*|counter\w*|siirretty \w+lta"
    r"|lahetta(?:va|ja)\w*|laskuttaja\w*|myyja\w*|kumppani\w*|vanha|entinen|edellinen|alkuperainen|tidigare|gammal"
    r"|gamla"
    r"|ursprunglig|fran|previous|old|from)(?!\w)"
)


def rank_of(key: str, heading: str) -> int | None:
    """How surely a heading means a column.

    Returns:
        0 for the surest word; 1000 and more where a word is only part of the heading, unless that says without tax;
        None where it means something else.
    """
    text = worded(heading)
    exact = _MEANINGS[key].get(text)
    if exact is not None or not text or len(text) > 60:
        return exact
    if _OTHER.search(_WITHOUT_TAX.sub(" ", text)):
        return None
    partial = [rank for word, rank in _MEANINGS[key].items() if len(word) > 3 and f" {word} " in f" {text} "]
    if partial and key == "amount" and _NET.search(text):
        # “Laskun summa (veroton)” is no less sure than the “Laskun summa” with tax beside it.
        return _MEANINGS[key][_LAST_NET]
    return 1000 + min(partial) if partial else None


def is_rate(heading: str) -> bool:
    """True for rates, quantities and hours, which have decimals and are no amounts of rows.

    “Osuus ilman alv” and “Tiliöity (alv 0 %)” are amounts: their words say whether tax is in them.
    """
    text = _WITH_TAX.sub(" ", _WITHOUT_TAX.sub(" ", worded(heading)))
    return _PERCENT.search(heading) is not None or _RATE.search(text) is not None


def means_no_code(heading: str, *, numbers: bool) -> bool:
    """True for a heading that clearly means something else than a code of a plan, whatever the codes are.

    Args:
        numbers: the cells are plain numbers, which can be codes of a plan by chance.
    """
    text = worded(heading)
    if _NO_CODE.search(text) is not None:
        return True
    if not numbers:
        return False
    account = rank_of("account", heading)
    if _ROW_NUMBER.fullmatch(text) is not None or (account is not None and account < 1000):
        return True
    return any(rank_of(key, heading) is not None for key in _NUMBERS)


def says_voucher_total(heading: str) -> bool:
    """True for the amount of an invoice or a voucher as a whole: ``Laskun summa``, ``Tositteen loppusumma``."""
    return _VOUCHER_TOTAL.search(worded(heading)) is not None


def is_counterpart(heading: str) -> bool:
    """True for the other side of a posting, where the money came from, or what a code was before."""
    return _COUNTERPART.search(worded(heading)) is not None


def is_side_heading(heading: str) -> bool:
    """True for a heading that certainly means debit and credit."""
    rank = rank_of("side", heading)
    return rank is not None and rank < 1000 and worded(heading) not in _VAGUE_SIDES


def is_net(heading: str) -> bool:
    """True for an amount that says of itself to be without tax."""
    return rank_of("amount", heading) is not None and says_net(heading)


def says_net(heading: str) -> bool:
    """True for a heading that says without tax, whatever it means else: ``Osuus ilman alv``."""
    return _NET.search(worded(heading)) is not None


def says_gross(heading: str) -> bool:
    """True for a heading that says that tax is in its amounts: ``Summa sis. alv``, ``Bruttobelopp``."""
    text = worded(heading)
    if says_net(heading):
        return False
    return _WITH_TAX.search(text) is not None or (_GROSS.search(text) is not None and not _OTHER_GROSS.search(text))


def repeats(label: str, value: object) -> bool:
    """True for a cell that has the heading of its column once more, as where a new page begins."""
    if not isinstance(value, str) or not value.strip()[:1].isalpha():
        return False
    return worded(value) in (worded(label), worded(bare_label(label)))


def meanings_of(heading: str) -> int:
    """How many columns a heading can mean exactly; 0 for a text that is no heading."""
    text = worded(heading)
    return sum(text in words for words in _MEANINGS.values()) if text else 0
