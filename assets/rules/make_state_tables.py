#!/usr/bin/env python3
"""Writes state_zones.txt (state -> time zones), state_names.txt (name -> two letters) and zip_states.txt (first three ZIP digits ->
state, and its zones where the prefix says more than the state: `FL:America/New_York`).

Source: general knowledge of the US time zones (49 CFR part 71) and of the USPS's three-digit ZIP prefixes, written
down by hand below; not copied from a database. A state that lies in two zones lists both, so a mistake inside a state
makes texting hours shorter, not longer. Zones that keep the same clock as their neighbour are left out.
"""
from pathlib import Path

E, C, M, P = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
AZ, AK, HI, PR = "America/Phoenix", "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico"
ZONES = {
    E: "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    C: "AL AR IA IL LA MN MO MS OK WI",
    M: "CO MT NM UT WY", P: "CA WA", AZ: "AZ", HI: "HI", PR: "PR VI",
}
zones = {state: [zone] for zone, states in ZONES.items() for state in states.split()}
zones |= {
    "AK": [AK, "America/Adak"], "FL": [E, C], "IN": [E, C], "KY": [E, C], "MI": [E, C], "TN": [C, E],
    "KS": [C, M], "NE": [C, M], "ND": [C, M], "SD": [C, M], "TX": [C, M],
    "ID": [M, P], "OR": [P, M], "NV": [P, M],
    "GU": ["Pacific/Guam"], "MP": ["Pacific/Guam"], "AS": ["Pacific/Pago_Pago"],
}
# The Navajo Nation keeps daylight time, the rest of Arizona does not.
zones["AZ"] = [AZ, M]
NAMES = """AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware
DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky
LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana
NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio
OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah
VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|PR Puerto Rico|GU Guam
VI Virgin Islands|AS American Samoa|MP Northern Mariana Islands"""
names = dict(entry.split(" ", 1) for entry in NAMES.replace("\n", "|").split("|"))
RANGES = """005 NY;006-007 PR;008 VI;009 PR;010-027 MA;028-029 RI;030-038 NH;039-049 ME;050-059 VT;060-069 CT;063 CT
070-089 NJ;100-149 NY;150-196 PA;197-199 DE;200 DC;201 VA;202-205 DC;206-219 MD;220-246 VA;247-268 WV;270-289 NC;290-299 SC
300-319 GA;320-349 FL;350-369 AL;370-385 TN;386-397 MS;398-399 GA;400-427 KY;430-459 OH;460-479 IN;480-499 MI;500-528 IA
530-549 WI;550-567 MN;570-577 SD;580-588 ND;590-599 MT;600-629 IL;630-658 MO;660-679 KS;680-693 NE;700-714 LA;716-729 AR
730-749 OK;733 TX;750-799 TX;800-816 CO;820-831 WY;832-838 ID;840-847 UT;850-865 AZ;870-884 NM;885 TX;889-898 NV;900-961 CA
967-968 HI;969 GU;970-979 OR;980-994 WA;995-999 AK"""
zips = {}
for entry in RANGES.replace("\n", ";").split(";"):
    span, state = entry.split(" ")
    low, _, high = span.partition("-")
    for n in range(int(low), int(high or low) + 1):
        zips[f"{n:03}"] = state
# Where a state lies in two zones and the prefix says in which: most voters of Florida and Texas.
for n in range(320, 350):
    if n not in (323, 324, 325):
        zips[f"{n:03}"] = f"FL:{E}"
zips["325"] = f"FL:{C}"
for n in range(750, 798):
    zips[f"{n:03}"] = f"TX:{C}"
zips["798"] = zips["799"] = zips["885"] = f"TX:{M}+{C}"
zips["733"] = f"TX:{C}"

head = "# Made by assets/rules/make_state_tables.py; source and limits are stated there.\n"
here = Path(__file__).parent
lines = []
for state in sorted(zones):
    lines.append(f"{state}|{'&'.join(zones[state])}")
    lines.append(f"{names[state].upper()}|{'&'.join(zones[state])}")
(here / "state_zones.txt").write_text(head + "\n".join(lines) + "\n")
(here / "zip_states.txt").write_text(head + "\n".join(f"{k}|{v}" for k, v in sorted(zips.items())) + "\n")
codes = [f"{key}|{state}" for state in sorted(zones) for key in (state, names[state].upper())]
(here / "state_names.txt").write_text(head + "\n".join(codes) + "\n")
