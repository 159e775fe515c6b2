"""History of changes: one event table per tracked model, written by triggers (django-pghistory, decision D3)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pghistory

from .triggers import no_truncate

ModelClass = TypeVar("ModelClass", bound=type)


def tracked(*, exclude: tuple[str, ...] = ()) -> Callable[[ModelClass], ModelClass]:
    """Class decorator: every insert, update and delete of the model leaves an event row.

    Args:
        exclude: fields that are not history (a password hash).
    """
    track: Callable[[ModelClass], ModelClass] = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=list(exclude) or None,
        # Updates and deletes are refused by the package's own trigger (PGHISTORY_APPEND_ONLY).
        meta={"triggers": [no_truncate("history")]},
    )
    return track


@contextmanager
def acting(*, user: Any, source: str, request_id: str) -> Iterator[None]:
    """Say who acts: every event written inside carries these, as text that outlives the person's account.

    Args:
        user: the acting ``User``.
        source: URL path of the request or name of the command.
        request_id: what tells one request from another.
    """
    with pghistory.context(user=user.pk, user_name=user.name, user_email=user.email, source=source, request=request_id):
        yield
