"""What people call the tables and fields of this app, in the history of changes."""

from django.utils.translation import gettext_lazy as _

from organisations.history import name_history

name_history(
    tables={
        "reporting.issuedreport": _("Issued report"),
        "reporting.issuedfile": _("File of an issued report"),
    },
    fields={
        "report": _("Issued report"),
        "sha256": _("Digest"),
        "as_of": _("As known on"),
        "issued_by": _("Issued by"),
        "size": _("Size in bytes"),
    },
)
