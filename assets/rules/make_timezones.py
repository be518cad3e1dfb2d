#!/usr/bin/env python3
"""Writes timezones.txt: telephone prefix -> candidate time zones, longest prefix wins.

Usage: python3 make_timezones.py > timezones.txt
Reads an installed `phonenumbers` package (PyPI); installs nothing and asks no network.

The lines of the "everything" prefixes (a bare country code that lists every zone of a country, such as `1`) are
written too: textbank treats a long list as "not known" (see src/domain/zone.rs).
"""
import sys

import phonenumbers
from phonenumbers.tzdata import TIMEZONE_DATA

out = sys.stdout
out.write(
    "# Telephone prefix -> time zones that its subscribers may be in. The longest prefix wins.\n"
    "# Made by assets/rules/make_timezones.py from the Python package phonenumbers "
    f"{phonenumbers.__version__}, which carries\n"
    "# the data of Google's libphonenumber (resources/timezones/map_data.txt).\n"
    "# Copyright (C) 2009-2026 The Libphonenumber Authors. Licensed under the Apache License, Version 2.0\n"
    "# (LICENSE-APACHE in this repository). Changes: rearranged into one line a prefix.\n"
)
for prefix, zones in sorted(TIMEZONE_DATA.items()):
    out.write(f"{prefix}|{'&'.join(zones)}\n")
