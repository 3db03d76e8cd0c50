"""Write the files of a synthetic district, with the truth about them.

`python -m core.synthetic --seed 11 --households 1500 --registry-rows 20000 --out DIR`
"""

import argparse
import json
import sys
from pathlib import Path

from core.synthetic.dirt import RATES
from core.synthetic.files import SOURCES, Layout
from core.synthetic.names import POOLS
from core.synthetic.places import official_areas
from core.synthetic.world import make_world


def _weights(text: str) -> dict[str, float]:
    """`jawa=3,bali=1` as a dict; a name without a figure weighs 1."""
    pairs = (part.partition("=") for part in text.split(",") if part)
    try:
        return {name.strip(): float(value or 1) for name, _, value in pairs}
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _delimiter(text: str) -> str:
    return {"pipe": "|", "semicolon": ";", "comma": ",", "tab": "\t"}.get(text, text)


def parser() -> argparse.ArgumentParser:
    plain = Layout()
    p = argparse.ArgumentParser(
        prog="python -m core.synthetic",
        description=__doc__,
    )
    p.add_argument("--seed", type=int, required=True)
    p.add_argument("--households", type=int, required=True)
    p.add_argument("--registry-rows", type=int, required=True)
    p.add_argument(
        "--noise", type=float, default=1, help="1 is ordinary; 4 has four times the dirt"
    )
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--period", default="2026-4")
    where = p.add_mutually_exclusive_group()
    where.add_argument("--areas", type=Path, help="code,name file of one kabupaten or kota")
    where.add_argument("--district", metavar="CODE", help="official areas of a code such as 18.10")
    p.add_argument("--nik-prefix", default="99", help="unless 99, every number ends in 0000")
    p.add_argument("--names", type=_weights, help=f"pool=weight,… of {', '.join(POOLS)}")
    p.add_argument("--dirt", type=_weights, help=f"kind=factor,… of {', '.join(RATES)}")
    p.add_argument("--source", choices=SOURCES, default=plain.source)
    p.add_argument("--source-format", choices=("csv", "xlsx"), default=plain.source_format)
    p.add_argument("--members-format", choices=("csv", "xlsx"), default=plain.members_format)
    p.add_argument("--delimiter", type=_delimiter, default="|", help="pipe, semicolon, comma, tab")
    p.add_argument("--encoding", default=plain.encoding)
    p.add_argument("--byte-order-mark", action="store_true")
    p.add_argument("--quote-minimal", action="store_true", help="quote only where needed")
    p.add_argument("--line-end", choices=("crlf", "lf"), default="crlf")
    p.add_argument("--title-rows", type=int, default=0)
    p.add_argument("--number-row", action="store_true", help="a row (1), (2), … below the header")
    p.add_argument("--header-variants", action="store_true")
    p.add_argument("--total-row", action="store_true", help="a JUMLAH line in the final closing")
    p.add_argument("--money", choices=("number", "dotted", "rupiah"), default="number")
    p.add_argument("--dates", type=_weights, help="iso, slash, short, dash, words, stamp, serial")
    return p


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    more = {"date_shares": options.dates} if options.dates else {}
    try:
        layout = Layout(
            source=options.source,
            source_format=options.source_format,
            members_format=options.members_format,
            delimiter=options.delimiter,
            encoding=options.encoding,
            byte_order_mark=options.byte_order_mark,
            quote_all=not options.quote_minimal,
            line_end="\r\n" if options.line_end == "crlf" else "\n",
            title_rows=options.title_rows,
            number_row=options.number_row,
            header_variants=options.header_variants,
            total_row=options.total_row,
            money=options.money,
            **more,
        )
        expected = make_world(
            seed=options.seed,
            households=options.households,
            registry_rows=options.registry_rows,
            noise=int(options.noise) if options.noise == int(options.noise) else options.noise,
            areas=official_areas(options.district) if options.district else options.areas,
            nik_prefix=options.nik_prefix,
            out=options.out,
            period=options.period,
            names=options.names,
            dirt=options.dirt,
            layout=layout,
        )
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    keys = ("households", "members", "source_rows", "nominal_total")
    sys.stdout.write(json.dumps({key: expected[key] for key in keys}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
