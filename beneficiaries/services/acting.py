import pghistory


def acting(by, act: str):
    """Context under which the history triggers note who changed a row, and in which act."""
    return pghistory.context(user=by.pk if by is not None else None, act=act)
