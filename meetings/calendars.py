"""A meeting as a calendar file (RFC 5545), for whatever telephone or program the invited use."""

import datetime as dt

LINE = 75  # octets, without the break


def calendar_of(meeting, *, url: str, stamp: dt.datetime, summary: str, description: str) -> bytes:
    """One event in UTC, which every program shows by its own clock.

    Its UID never changes and SEQUENCE rises with the meeting's version, so a file opened again
    moves or cancels the entry instead of adding another. `stamp` is when the meeting last changed.
    """
    cancelled = meeting.state == meeting.State.CANCELLED
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//PKH//Rapat//ID",
        f"METHOD:{'CANCEL' if cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{meeting.pk}@rapat.pkh",
        f"SEQUENCE:{meeting.version}",
        f"DTSTAMP:{_utc(stamp)}",
        f"DTSTART:{_utc(meeting.starts_at)}",
        f"DTEND:{_utc(meeting.ends_at)}",
        f"SUMMARY:{escaped(summary)}",
        f"LOCATION:{escaped(meeting.place)}",
        f"DESCRIPTION:{escaped(description)}",
        f"URL:{url}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """Backslash, semicolon, comma and line breaks as RFC 5545 3.3.11 wants them."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())


def folded(line: str) -> str:
    """In lines of at most 75 octets, never broken within a letter (3.1)."""
    parts, room, now = [], LINE, ""
    for letter in line:
        size = len(letter.encode())
        if size > room:
            parts.append(now)
            now, room = "", LINE - 1  # what follows begins with a space
        now += letter
        room -= size
    return "\r\n ".join([*parts, now])
