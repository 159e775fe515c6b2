"""WSGI entry point: ``gunicorn fundtrack.wsgi``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fundtrack.settings")
application = get_wsgi_application()
