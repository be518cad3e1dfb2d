#!/usr/bin/env python3
"""Writes area_code_states.txt: area code of the North American plan -> states whose people have it.

Usage: python3 make_area_codes.py > area_code_states.txt
Reads an installed `phonenumbers` package (PyPI) and make_state_tables.py; installs nothing and asks no network.
"""
import re
import sys
from pathlib import Path

import phonenumbers
from phonenumbers.geodata import GEOCODE_DATA

text = (Path(__file__).parent / "state_names.txt").read_text()
codes = dict(line.split("|") for line in text.splitlines() if line and not line.startswith("#"))
codes |= {"WASHINGTON D.C.": "DC", "WASHINGTON STATE": "WA", "NEW YORK STATE": "NY"}
# Territories are countries in that data; their area codes are one each but for Puerto Rico's two.
areas = {"787": {"PR"}, "939": {"PR"}, "340": {"VI"}, "671": {"GU"}, "670": {"MP"}, "684": {"AS"}}
# The state of an area is that of its places: "Miami, FL" or "Florida".
for prefix, names in GEOCODE_DATA.items():
    if not prefix.startswith("1") or len(prefix) < 4 or "en" not in names:
        continue
    found = set()
    for name in names["en"].split("/"):
        last = name.rsplit(",", 1)[-1].strip().upper()
        if last in codes:
            found.add(codes[last])
    if found:
        areas.setdefault(prefix[1:4], set()).update(found)

out = sys.stdout
out.write(
    "# Area code -> states whose people have it.\n"
    f"# Made by assets/rules/make_area_codes.py from the Python package phonenumbers {phonenumbers.__version__}, which carries\n"
    "# the data of Google's libphonenumber (resources/geocoding/en/1.txt).\n"
    "# Copyright (C) 2009-2026 The Libphonenumber Authors. Licensed under the Apache License, Version 2.0\n"
    "# (LICENSE-APACHE in this repository). Changes: of the places only the state is kept.\n"
)
for area, states in sorted(areas.items()):
    out.write(f"{area}|{'&'.join(sorted(states))}\n")
