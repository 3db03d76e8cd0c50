from importlib import import_module

from django.apps import apps

_FIRST = import_module("documents.migrations.0003_letterheads_and_numbers")


def first_patterns():
    """The patterns as the migration left them; tests with real transactions empty that table."""
    _FIRST.add_patterns(apps, None)
