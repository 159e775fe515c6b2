"""The frame of every action: one transaction, deferred checks before it ends, refusals in plain words."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Model, ProtectedError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .exceptions import Refusal
from .triggers import refusal_name

P = ParamSpec("P")
R = TypeVar("R")

#: What to say when the database refuses, by the name of the constraint or trigger. Apps add theirs with ``explain``.
_EXPLANATIONS: dict[str, str | Promise] = {}


def explain(explanations: dict[str, str | Promise]) -> None:
    """Register plain words for constraints and triggers of an app."""
    _EXPLANATIONS.update(explanations)


def reserve_key(model: type[Model]) -> int:
    """A key for a document whose rows are written before it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        return int(cursor.fetchone()[0])


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a write: all or nothing, deferred constraints checked inside, database refusals as ``Refusal``.

    Raises:
        Refusal: with ``code`` set to the constraint's name when the database refused.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                return result
        except DataError as error:
            raise Refusal(_("A value is too long or too large. Nothing was saved."), code="too_large") from error
        except IntegrityError as error:
            raise refusal_of(error) from error

    return run


def refusal_of(error: IntegrityError) -> Refusal:
    """The refusal that explains a database error; one sentence, never the database's own text."""
    if isinstance(error, ProtectedError):
        return Refusal(_("Other records depend on this, so it stays. Nothing was saved."), code="protected")
    name = refusal_name(error)
    fallback = _("The change breaks a rule of the database (%(rule)s). Nothing was saved.") % {"rule": name or "–"}
    return Refusal(_EXPLANATIONS.get(name, fallback), code=name or "integrity")
