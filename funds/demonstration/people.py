"""The members of the demonstration. The names are invented from what the persons do."""

from dataclasses import dataclass

from organisations.rights import Role

DOMAIN = "kajaani.example"

TIETOHALLINTO = "2918300002"
AMMATTIOPISTO = "2918310001"
LUKIO = "2918350001"


@dataclass(frozen=True)
class Person:
    """A member of the demonstration."""

    #: part of the address before the @
    login: str
    name: str
    role: Role
    title: str
    #: name of the unit; empty for none
    unit: str = ""
    #: cost centres of a project lead
    cost_centres: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


PEOPLE = (
    Person("viewer", "Katri Katselija", Role.VIEWER, "esihenkilö", "Kainuun ammattiopisto"),
    Person("board", "Jouko Johtokunta", Role.BOARD, "johtokunnan jäsen"),
    Person("lead", "Aino Ammattiopisto", Role.LEAD, "kehittämispäällikkö", "Kainuun ammattiopisto", (AMMATTIOPISTO,)),
    Person("lead.lukio", "Lauri Lukio", Role.LEAD, "apulaisrehtori", "Kajaanin lukio", (LUKIO,)),
    Person("lead.tieto", "Tiina Tietohallinto", Role.LEAD, "digikehittäjä", "Yhteiset palvelut", (TIETOHALLINTO,)),
    Person("finance", "Tero Talous", Role.FINANCE, "taloussuunnittelija", "Yhteiset palvelut"),
    Person("approver", "Hanna Hyväksyjä", Role.APPROVER, "johtaja", "Yhteiset palvelut"),
    Person("admin", "Pekka Pääkäyttäjä", Role.ADMIN, "hallintopäällikkö", "Yhteiset palvelut"),
    Person("auditor", "Taina Tarkastaja", Role.AUDITOR, "tilintarkastaja"),
)
