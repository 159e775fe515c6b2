"""``manage.py add_member ORG EMAIL ROLE [--name NAME] [--password-stdin]``"""

import sys
from argparse import ArgumentParser
from typing import Any

from organisations.actions import MemberAdded, add_member
from organisations.management.base import OrganisationCommand, Refused
from organisations.rights import Role, role_of


class Command(OrganisationCommand):
    help = "Adds a person with a role to an organisation; who is a member already gets the role too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        self.add_organisation(parser)
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("role", metavar="ROLE", help=", ".join(role.value for role in Role))
        parser.add_argument("--name", default="", help="name of a new person; by default made from the address")
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="read the password from the first line of standard input; without it the person resets it by mail",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = self.organisation(options["organisation"])
        try:
            role = role_of(options["role"])
        except ValueError as error:
            known = ", ".join(known.value for known in Role)
            raise Refused(f"There is no role {options['role']}: choose one of {known}.") from error
        password = self._password() if options["password_stdin"] else None
        with self.acting():
            added = add_member(
                organisation=organisation,
                email=options["email"],
                roles=[role],
                by=None,
                name=options["name"],
                password=password,
            )
        self.say(self._sentence(added, role, password is not None))

    def _password(self) -> str:
        try:
            password = sys.stdin.readline().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise Refused("The password on standard input is not UTF-8.") from error
        if not password:
            raise Refused("There is no password on standard input.")
        return password

    def _sentence(self, added: MemberAdded, role: Role, password_set: bool) -> str:
        email, slug = added.membership.user.email, added.membership.organisation.slug
        if added.new_member:
            said = [f"Added {email} to {slug} as {role.value}."]
        elif added.new_roles:
            said = [f"{email} is a member of {slug} already and is now {role.value} too."]
        else:
            said = [f"{email} is {role.value} in {slug} already."]
        if added.enabled_again:
            said.append("The membership is enabled again.")
        if password_set:
            said.append("The password is set.")
        elif not added.membership.user.has_usable_password():
            said.append('There is no password yet: the person asks for one with "Forgot your password?".')
        return " ".join(said)
