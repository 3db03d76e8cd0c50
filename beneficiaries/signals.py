from django.dispatch import Signal

# Sent inside the transaction that lets a family leave the programme, with `household`, `on` (the
# day it leaves), `by` and `at`.
household_left = Signal()
