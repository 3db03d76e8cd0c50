from django.dispatch import Signal

# Sent inside the transaction that lets a family leave the programme, with `household`, `on` (the
# day it leaves), `by` and `at`.
household_left = Signal()

# Sent inside the transaction that moves a family to another village, or in which one of its members
# dies, is found to stand here twice, or goes to another family; with `household` and `at`.
household_changed = Signal()
