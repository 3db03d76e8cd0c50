"""A copy of the office that can be trusted: made in one snapshot, compared after a restore.

A backup is a folder: `database.dump` (pg_dump's custom format), `files/` (everything people
stored), `files.sha256` (as `sha256sum -c` reads it) and `manifest.json`, which is written last
and says what the others must be. Only the folder with its final name and its manifest counts.

`making.make_backup` makes one, `rehearsal.rehearse` proves it, `restoring.restore_office` uses it.
"""
