"""Invented words of the demonstration: comments of the project leads and judgements on rules R4–R6."""

from dataclasses import dataclass

from ..models import Judgement


@dataclass(frozen=True)
class DemoComment:
    """A project lead's words on a line and a month."""

    month: str
    code: str
    text: str


COMMENTS = (
    DemoComment("2024-02", "KR2401", "Konsultin työ alkoi helmikuussa ja ensimmäiset lisenssit on hankittu."),
    DemoComment(
        "2024-03",
        "KR2405",
        "Yhteisöohjaaja aloitti tammikuussa. Asuntolan iltatoiminnan pilotti on käynnissä kahdessa ryhmässä.",
    ),
    DemoComment(
        "2024-03",
        "KR2406",
        "Suomen kielen ohjaus käynnistyi maaliskuussa, kun ensimmäinen pilottiryhmä oli koossa.",
    ),
    DemoComment(
        "2024-03",
        "KR2407",
        "Pienryhmät toimivat kolmessa aineessa, ja palkat kertyvät tasaisesti.",
    ),
    DemoComment(
        "2024-04",
        "KR2401",
        "Huhtikuussa saatiin hyvitys konsultin laskusta, joten kuukauden toteuma on miinusmerkkinen.",
    ),
    DemoComment(
        "2024-05",
        "KR2404",
        "Raportointityö etenee suunnitellusti; loppu laskutetaan syksyllä.",
    ),
    DemoComment(
        "2024-06",
        "KR2402",
        "Laitteiden käyttöönotto vei odotettua enemmän työtä, ja rivin määräraha ylittyi 1 500 eurolla. "
        "Viallisista laitteista on pyydetty hyvitystä.",
    ),
    DemoComment(
        "2024-06",
        "KR2406",
        "Kevään pilotti päättyi hyvin. Käyttö painottuu syksyyn, jolloin aloittaa kaksi uutta ryhmää.",
    ),
    DemoComment(
        "2024-06",
        "KR2405",
        "Kesäkuu on hiljaisempi opetuksen päätyttyä; asuntolan malli kirjataan kesän aikana.",
    ),
    DemoComment(
        "2024-07",
        "KR2402",
        "Toimittaja hyvitti vialliset laitteet (1 800 euroa), ja rivi palasi määrärahan sisään.",
    ),
    DemoComment(
        "2024-08",
        "KR2407",
        "Lukuvuosi alkoi kahdella uudella pienryhmällä, ja ohjaustunteja lisättiin.",
    ),
    DemoComment(
        "2024-09",
        "KR2402",
        "Syyskuun viimeinen laitehankinta ylitti rivin 150 eurolla. Uusia hankintoja ei tänä vuonna tehdä.",
    ),
    DemoComment(
        "2024-09",
        "KR2406",
        "Uudet ryhmät aloittivat, ja opetushenkilöstön koulutus on käynnissä. Loppuvuosi käyttää varat suunnitellusti.",
    ),
    DemoComment(
        "2024-09",
        "KR2401",
        "Tunnistautuminen on käytössä lukiossa; ammattiopiston käyttöönotto siirtyy marraskuulle.",
    ),
)

_BASE, _OTHER, _LINK = Judgement.Rule.BASE_OPERATIONS, Judgement.Rule.OTHER_FUNDING, Judgement.Rule.INTERFACE

#: (code, rule, grounds); every verdict is "fits".
JUDGEMENTS = (
    ("KR2401", _BASE, "Uusi palvelu rakennetaan; ylläpito siirtyy talousarvioon käyttöönoton jälkeen."),
    ("KR2401", _OTHER, "Avointa avustushakua identiteetinhallintaan ei ole."),
    ("KR2402", _BASE, "Kyse on käyttöönotosta, ei laitteiden tavanomaisesta uusimisesta."),
    ("KR2402", _OTHER, "Avointa avustushakua laitehallintaan ei ole."),
    ("KR2403", _BASE, "Alusta otetaan käyttöön vuonna 2024; sen vuosimaksut tulevat talousarvioon vuonna 2025."),
    ("KR2403", _OTHER, "Avointa avustushakua palveluhallintaan ei ole."),
    ("KR2404", _BASE, "Raportoinnin uudistus on kertaluonteinen kehittämistyö."),
    ("KR2404", _OTHER, "Avointa avustushakua tietojohtamiseen ei ole."),
    ("KR2405", _BASE, "Määräaikainen ohjaaja kehittää ja pilotoi uutta mallia perustyön lisäksi."),
    ("KR2405", _OTHER, "Valtionavustus kattaa vain opetuksen tukitoimia; asuntolatoiminta jää sen ulkopuolelle."),
    ("KR2406", _BASE, "Malli on uusi, ja henkilöstön koulutus kuuluu pilottiin."),
    ("KR2406", _OTHER, "Next level -hankkeen rahoitus ei kata ammattiopiston omaa opetusta."),
    ("KR2406", _LINK, "Työnjako Next level -hankkeen kanssa on kirjattu yhdyspinnaksi."),
    ("KR2407", _BASE, "Pienemmät ryhmät ovat määräaikainen kokeilu."),
    ("KR2407", _OTHER, "Avustusta on haettu, mutta se ei kata ryhmäkokojen pienentämistä."),
)
