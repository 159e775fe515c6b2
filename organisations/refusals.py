"""Plain words for what the database refuses in this app."""

from django.utils.translation import gettext_lazy as _

from fundtrack.actions import explain

explain(
    {
        "organisations_organisation_slug_key": _("Another organisation has this address."),
        "user_email_once": _("Another person has this e-mail address."),
        "organisations_user_email_key": _("Another person has this e-mail address."),
        "member_once": _("This person is a member already."),
        "membership_has_known_roles": _("Choose at least one role."),
        "unit_name_once": _("Another unit has this name."),
    }
)
