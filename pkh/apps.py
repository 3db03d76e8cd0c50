from django.apps import AppConfig


class PkhConfig(AppConfig):
    name = "pkh"
