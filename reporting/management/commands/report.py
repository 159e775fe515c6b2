"""``manage.py report drawdown|board ORG FUND YYYY-MM --format html|pdf|xlsx|csv|json --language fi|sv|en``"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from funds.models import UsePlan
from organisations.http import read_only
from organisations.management.base import OrganisationCommand, Refused
from reporting.render import FORMATS, render
from reporting.reports import board, drawdown
from reporting.tables import Result


class Command(OrganisationCommand):
    help = "Writes a report to a file, or to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("report", choices=[drawdown.KIND, board.KIND])
        self.add_organisation(parser)
        parser.add_argument("fund", metavar="FUND", help="address (slug) of the fund")
        parser.add_argument("month", metavar="YYYY-MM", help="the month at whose end the figures stand")
        parser.add_argument("--format", choices=FORMATS, default="json")
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES], help="of the document")
        parser.add_argument("--output", metavar="FILE", help="where to write; standard output when missing")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation, month = self.organisation(options["organisation"]), self.month(options["month"])
        with read_only():
            plan = (
                UsePlan.objects.filter(organisation=organisation, fund__slug=options["fund"], year=month.year)
                .select_related("organisation", "fund__body")
                .first()
            )
            if plan is None:
                raise Refused(f"{organisation.slug} has no fund {options['fund']} with a use plan for {month.year}.")
            result: Result
            if options["report"] == board.KIND:
                result = board.build(board.Params(plan, month), as_of=self.now())
            else:
                result = drawdown.build(drawdown.Params(plan, month), as_of=self.now())
        language = options["language"] or organisation.language
        self._write(render(result, options["format"], language=language).content, options["output"])

    def _write(self, content: bytes, output: str | None) -> None:
        if output is None:
            buffer = getattr(self.stdout, "buffer", None)
            if buffer is not None:
                buffer.write(content)
                buffer.flush()
            else:
                # Somebody reads the output as text, as ``call_command`` does.
                self.stdout.write(content.decode("utf-8", "surrogateescape"), ending="")
            return
        try:
            Path(output).write_bytes(content)
        except OSError as error:
            raise Refused(f"{output} cannot be written: {error.strerror}.") from error
