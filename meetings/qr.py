"""A QR code as a picture that travels inside the page: nothing is fetched from anywhere."""

import base64
from functools import lru_cache

import qrcode


@lru_cache(maxsize=256)
def qr_data(text: str) -> str:
    """data: URI of an SVG, black on white with its quiet zone, for `<img>` and for PDF alike."""
    drawn = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    drawn.add_data(text)
    drawn.make(fit=True)
    rows = drawn.get_matrix()
    path = "".join(_row(number, row) for number, row in enumerate(rows))
    size = len(rows)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path d="{path}"/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _row(number: int, row: list[bool]) -> str:
    """Dark stretches of a row as rectangles one high."""
    drawn, start = "", None
    for column, dark in enumerate([*row, False]):
        if dark and start is None:
            start = column
        elif not dark and start is not None:
            drawn += f"M{start} {number}h{column - start}v1h-{column - start}z"
            start = None
    return drawn
