"""One text per own line; the rules are in ``funds.actions.notes``."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..actions.notes import COMMENT_LIMIT, NewComment, as_counted
from ..models import BudgetLine
from ..queries.comments import CommentSheet


class CommentsForm(forms.Form):
    """Fields ``text-<line id>`` and hidden ``seen-<line id>``: the version that the person saw."""

    def __init__(self, *args: Any, sheets: Sequence[CommentSheet], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheets = list(sheets)
        for sheet in self.sheets:
            line_id = sheet.label.line_id
            self.fields[f"text-{line_id}"] = forms.CharField(
                label=_("Comment on %(code)s") % {"code": sheet.label.project_code},
                required=False,
                # Ends are trimmed where the text is counted, and nothing is ever cut.
                strip=False,
                initial=sheet.text,
                widget=forms.Textarea(attrs={"rows": 5, "data-limit": COMMENT_LIMIT}),
            )
            self.fields[f"seen-{line_id}"] = forms.CharField(
                required=False,
                initial=str(sheet.newest.comment_id) if sheet.newest else "",
                widget=forms.HiddenInput,
            )

    def clean(self) -> dict[str, Any]:
        """Say of each text how much too long it is."""
        cleaned = super().clean() or self.cleaned_data
        for sheet in self.sheets:
            name = f"text-{sheet.label.line_id}"
            length = len(as_counted(cleaned.get(name) or ""))
            if length > COMMENT_LIMIT:
                self.add_error(
                    name,
                    _("The comment has %(length)s characters; at most %(limit)s fit.")
                    % {"length": length, "limit": COMMENT_LIMIT},
                )
        return cleaned

    def comments(self, lines: dict[int, BudgetLine]) -> list[NewComment]:
        """What was written, for the action; a line that the form did not send is left alone."""
        return [
            NewComment(
                line=lines[sheet.label.line_id],
                text=self.cleaned_data[f"text-{sheet.label.line_id}"],
                seen_id=_number(self.cleaned_data[f"seen-{sheet.label.line_id}"]),
            )
            for sheet in self.sheets
            if f"text-{sheet.label.line_id}" in self.data
        ]

    @property
    def parts(self) -> list[tuple[CommentSheet, Any, Any]]:
        """(sheet, text field, seen field) per line, for the template."""
        return [
            (sheet, self[f"text-{sheet.label.line_id}"], self[f"seen-{sheet.label.line_id}"]) for sheet in self.sheets
        ]


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
