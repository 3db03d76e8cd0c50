"""Real servers without an administrator: PostgreSQL and Valkey for one office on one machine.

No Django here: `manage.py`, the tests and the supervisor need the servers before settings
can be read. `keeper.use()` is the door; everything else serves it.
"""
