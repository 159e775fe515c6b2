"""Messages of the libraries that our own catalogues translate.

``makemessages`` finds them here; nothing imports this module. Our catalogues win over those of the libraries
(``LOCALE_PATHS``), so a message belongs here when a library lacks its Finnish or Swedish, or calls a thing by another
name than our pages do. The texts must be the libraries' own, to the letter.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

MESSAGES = (
    # django.contrib.auth.password_validation: no Finnish, and a broken sentence.
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
    ),
    # django.template.defaultfilters.filesizeformat: Finns write kt and Mt.
    gettext_noop("%s KB"),
    gettext_noop("%s MB"),
    # allauth.account: no Swedish that our pages could show.
    gettext_noop("The email address and/or password you specified are not correct."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("Too many failed login attempts. Try again later."),
    gettext_noop("Email address"),
    gettext_noop("Email"),
    # allauth.mfa: other words for the authenticator app than on our pages.
    gettext_noop("Authenticator code"),
    gettext_noop("Use authenticator app or code"),
)
