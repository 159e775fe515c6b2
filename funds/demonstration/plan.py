"""The use plan of 2024: targets, cost centres, lines and what each line pays for, in our own words.

Source: the use plan of Kajaanin kaupungin koulutusliikelaitoksen kehittämisrahasto for 2024. It opens project codes
without printing them; ``KR2401`` … ``KR2407`` are ours, in its order. Amounts are EUR.
"""

from dataclasses import dataclass
from decimal import Decimal

from .people import AMMATTIOPISTO, LUKIO, TIETOHALLINTO

YEAR = 2024
FUND_SLUG = "kehittamisrahasto"
FUND_NAME = "Kajaanin kaupungin koulutusliikelaitoksen kehittämisrahasto"
BODY = "Johtokunta"
CEILING = Decimal("500000.00")
#: Invented.
OPENING_BALANCE = Decimal("1200000.00")
OPENING_NOTE = "Keksitty alkusaldo demonstraatiota varten"
DEBIT_ACCOUNT = "2110"
CREDIT_ACCOUNT = "3920"

RULES = (
    "Rahastolla kehitetään koulutusliikelaitosta ja pidetään toiminta pitkäjänteisenä ja tulosvastuullisena. "
    "Varoilla voi myös kattaa alijäämän, jos johtokunta niin päättää. Rahaston käytöstä päättää ja rahastoa hoitaa "
    "johtokunta, ja varat käytetään talousarvion kautta."
)


@dataclass(frozen=True)
class DemoLine:
    """A budget line."""

    code: str
    name: str
    amount: Decimal
    #: empty where the target's own use plan covers the line
    use_plan: str = ""


@dataclass(frozen=True)
class DemoTarget:
    """A development target."""

    name: str
    cost_centre: str
    #: name in the cost-centre list; an alias is added where it differs from the target's name
    centre_name: str
    #: login of the responsible person
    responsible: str
    use_plan: str
    lines: tuple[DemoLine, ...]


TARGETS = (
    DemoTarget(
        name="Tietohallinto, yhteiset palvelut",
        cost_centre=TIETOHALLINTO,
        centre_name="KLL tietohallinto",
        responsible="lead.tieto",
        use_plan=(
            "Laaditaan ja toteutetaan koulutusliikelaitoksen digipalvelujen kehittämissuunnitelma. Peruspalvelut "
            "sovitaan uudelleen omistajan ja KAMK Oy:n kanssa; toisen asteen erityisosaamista vaativat palvelut "
            "tuotetaan itse. Opiskelija kohtaa yhtenäisen digitaalisen ympäristön, ja toimintatavat yhtenäistyvät."
        ),
        lines=(
            DemoLine("KR2401", "Identiteetinhallinta", Decimal("50000.00")),
            DemoLine("KR2402", "Laitehallinta", Decimal("10000.00")),
            DemoLine("KR2403", "Palveluhallinnan alusta", Decimal("30000.00")),
            DemoLine("KR2404", "Tietojohtaminen", Decimal("10000.00")),
        ),
    ),
    DemoTarget(
        name="Kainuun ammattiopisto",
        cost_centre=AMMATTIOPISTO,
        centre_name="KAO hallinto",
        responsible="lead",
        use_plan="",
        lines=(
            DemoLine(
                "KR2405",
                "Opiskelijahyvinvoinnin vahvistaminen",
                Decimal("150000.00"),
                "Kehitetään ja pilotoidaan toimintamalleja, jotka vahvistavat hyvinvointia ja ehkäisevät ongelmia "
                "ennalta, myös asuntolassa. Ohjausta lisätään, ja määräaikainen yhteisöohjaaja palkataan "
                "kehittämään, ohjaamaan ja pilotoimaan.",
            ),
            DemoLine(
                "KR2406",
                "Maahanmuuttajat työhön ja koulutukseen",
                Decimal("100000.00"),
                "Kehitetään yhdessä työelämän kanssa pedagoginen malli, jolla maahanmuuttajaopiskelija kasvattaa "
                "suomen taitoaan ja suorittaa tutkinnon tai sen osan suomeksi; pilottialoina esimerkiksi sosiaali- "
                "ja terveysala sekä ravitsemisala. Opetushenkilöstöä koulutetaan. Yhdyspinta Edukai Oy:n Next level "
                "-hankkeeseen.",
            ),
        ),
    ),
    DemoTarget(
        name="Kajaanin lukio",
        cost_centre=LUKIO,
        centre_name="Kajaanin lukio",
        responsible="lead.lukio",
        use_plan="",
        lines=(
            DemoLine(
                "KR2407",
                "Opiskelijahyvinvoinnin vahvistaminen",
                Decimal("150000.00"),
                "Kehitetään ja pilotoidaan hyvinvointia vahvistavia ja ongelmia ehkäiseviä toimintamalleja. "
                "Pienennetään ryhmiä, tuetaan valinnaisaineiden opiskelua ja lisätään ohjausta; samalla opettajat "
                "jaksavat paremmin.",
            ),
        ),
    ),
)

INTERFACE_LINE = "KR2406"
INTERFACE_THEME = "Maahanmuuttajien koulutus ja työllistyminen"
INTERFACE_MEASURE = "Next level (Edukai Oy)"
INTERFACE_SOURCE = "Hankerahoitus"
INTERFACE_NOTE = "Hankkeen ja rahaston toimet sovitetaan yhteen ydinjohtoryhmässä."
