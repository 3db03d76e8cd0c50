"""What a service says when the state, the role or the office's rules do not allow something."""


class Refused(Exception):
    """A refusal a person can act on; pages, API and commands show its message as it stands.

    `code` is a short English word for programs and never changes. `message` comes from gettext,
    says what happened and what to do next, and holds no NIK and no name. `fields` maps a form
    field to what is wrong with it, when the refusal is about what was typed.
    """

    def __init__(self, code: str, message, *, fields: dict[str, str] | None = None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = fields or {}

    def __str__(self):
        return str(self.message)


class WrongUsage(Refused):
    """A command was given arguments that make no sense: exit 2 instead of 1."""

    def __init__(self, message):
        super().__init__("usage", message)
