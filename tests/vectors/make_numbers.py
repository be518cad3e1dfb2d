#!/usr/bin/env python3
"""Writes numbers.tsv and zones.tsv: what another implementation makes of telephone numbers.

Usage: python3 make_numbers.py      (in tests/vectors; needs the PyPI package phonenumbers, asks no network)

phonenumbers is a port of Google's libphonenumber (Apache License 2.0, LICENSE-APACHE in this repository); what it answers is data made
with it. textbank's own parser is another port (the crate `phonenumber`) with rules of its own around it, and its own look-up of zones.
"""
import random
from pathlib import Path

import phonenumbers as p
from phonenumbers import PhoneNumberFormat as F
from phonenumbers import PhoneNumberType as T
from phonenumbers import timezone

random.seed(20261103)
here = Path(__file__).parent
REGIONS = "US CA PR GB FR DE ES IT IE MX PL SE NL BR IN JP PH VN NG AU NZ DO CO".split()
HEAD = f"# Made by tests/vectors/make_numbers.py with phonenumbers {p.__version__} (Apache License 2.0, see the script).\n"


def dressed(number, region):
    """A number as lists hold it."""
    national = p.format_number(number, F.NATIONAL)
    e164 = p.format_number(number, F.E164)
    international = p.format_number(number, F.INTERNATIONAL)
    digits = "".join(c for c in national if c.isdigit())
    forms = [(e164, "US"), (international, "US"), (national, region), (digits, region), (e164.replace("+", "00"), region)]
    if region in ("US", "CA", "PR"):
        forms += [(f"1{digits}", region), (f"1-{digits[:3]}-{digits[3:6]}-{digits[6:]}", region), (f"{digits[:3]}.{digits[3:6]}.{digits[6:]}", region)]
    return forms


def verdict(text, region):
    try:
        number = p.parse(text, region)
    except p.NumberParseException:
        return "none"
    if number.extension:
        return "extension"
    if not p.is_possible_number(number):
        return "impossible"
    kind = p.number_type(number)
    if kind == T.TOLL_FREE:
        return "toll_free"
    if kind == T.PREMIUM_RATE:
        return "premium"
    if kind == T.UNKNOWN:
        return "unknown"
    return p.format_number(number, F.E164)


lines = {}
for region in REGIONS:
    for kind in (T.MOBILE, T.FIXED_LINE, T.TOLL_FREE, T.PREMIUM_RATE):
        number = p.example_number_for_type(region, kind)
        if number:
            for text, of in dressed(number, region):
                lines[(text, of)] = verdict(text, of)
areas = sorted({k[1:4] for k in p.tzdata.TIMEZONE_DATA if k.startswith("1") and len(k) >= 4})
for area in areas:
    number = p.parse(f"+1{area}{random.randint(2, 9)}{random.randint(10, 99)}{random.randint(1000, 9999)}")
    for text, of in random.sample(dressed(number, "US"), 2):
        lines[(text, of)] = verdict(text, of)
for text in ["", "abc", "12", "555-0123", "212555012", "21255501234", "+1212555012", "+44", "+999123456789", "2125550123 x5", "(212) 555-0123 ext. 44", "911", "+1 800 555 0199",
             "1 900 555 0123", "０２１２５５５０１２３", "212 555 0123", "+44 20 7946 0958", "07400 123456"]:
    lines[(text, "US")] = verdict(text, "US")
with open(here / "numbers.tsv", "w", encoding="utf-8") as out:
    out.write(HEAD + "# text, region, what it is: a number, or why not.\n")
    for (text, region), what in sorted(lines.items()):
        out.write(f"{text}\t{region}\t{what}\n")

zones = {}
for prefix in sorted(p.tzdata.TIMEZONE_DATA):
    digits = prefix if len(prefix) > 6 or random.random() < 0.45 or prefix.startswith("1") and len(prefix) == 4 else None
    if digits is None:
        continue
    if len(digits) > 4 and random.random() < 0.5:
        continue
    e164 = "+" + (digits + "2345678901")[:max(11, len(digits))]
    number = p.parse(e164)
    if not p.is_possible_number(number) or p.format_number(number, F.E164) != e164:
        continue
    zones[e164] = "&".join(timezone.time_zones_for_geographical_number(number))
with open(here / "zones.tsv", "w", encoding="utf-8") as out:
    out.write(HEAD + "# number, its time zones.\n")
    for number, names in sorted(zones.items()):
        if names.count("&") < 40:
            out.write(f"{number}\t{names}\n")
        else:
            out.write(f"{number}\tmany\n")
print(len(lines), len(zones))
