from django.apps import AppConfig


class FundtrackConfig(AppConfig):
    name = "fundtrack"
