#!/usr/bin/env python
"""Command line of the office; `make demo` starts everything else."""

import os
import sys


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pkh.settings")
    from pkh.environment import servers_for

    with servers_for(sys.argv):
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
