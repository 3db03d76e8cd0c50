from django.dispatch import Signal

# Sent inside the transaction of the import, with `by` (a user or None), `at` and `result`.
areas_imported = Signal()
# The same, when outlines were loaded.
map_loaded = Signal()
