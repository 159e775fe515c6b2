from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "funds"

    def ready(self) -> None:
        from . import history, refusals  # noqa: F401
