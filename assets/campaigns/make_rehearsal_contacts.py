#!/usr/bin/env python3
"""Writes rehearsal.csv: made-up contacts with numbers from the range kept for fiction (555-0100 to 555-0199).

Usage: python3 make_rehearsal_contacts.py > rehearsal.csv
The same every time: nothing is random.
"""
import csv
import sys

PLACES = [  # area code, zip, state, city, polling place
    ("212", "10025", "NY", "New York", "PS 145, Room 2"), ("646", "10011", "NY", "New York", "Fulton Center"),
    ("617", "02134", "MA", "Boston", "Jackson Mann School"), ("404", "30307", "GA", "Atlanta", "Mary Lin Elementary"),
    ("305", "33125", "FL", "Miami", "Shenandoah Library"), ("850", "32501", "FL", "Pensacola", "Sanders Beach Center"),
    ("312", "60614", "IL", "Chicago", "Lincoln Park Fieldhouse"), ("512", "78704", "TX", "Austin", "South Austin Rec Center"),
    ("915", "79912", "TX", "El Paso", "Don Haskins Center"), ("303", "80205", "CO", "Denver", "Manual High School"),
    ("602", "85006", "AZ", "Phoenix", "Eastlake Park"), ("505", "87102", "NM", "Albuquerque", "Barelas Center"),
    ("208", "83702", "ID", "Boise", "North Junior High"), ("415", "94110", "CA", "San Francisco", "Mission Rec Center"),
    ("213", "90033", "CA", "Los Angeles", "Boyle Heights City Hall"), ("206", "98118", "WA", "Seattle", "Rainier Beach Library"),
    ("808", "96817", "HI", "Honolulu", "Kauluwela School"), ("313", "48209", "MI", "Detroit", "Western High School"),
]
ENGLISH = """Ava Ben Cora Dev Ella Femi Grace Hugo Iris Jamal Kei Lena Malik Nadia Omar Priya Quinn Rosa Sam Tara Uma Viktor Wren Xander
Yusuf Zoe Aaliyah Björn Chloé D'Andre Esmé Fiona Guðrún Hana Ifeoma Jean-Luc Kwame Łucja Mary-Ann Noor Óscar Phạm Rhiannon Siobhán
Thandiwe Ulla Vered Willa Xiùyīng Yolanda Zbigniew AJ CJ""".split()
SPANISH = """María José Guadalupe Íñigo Lucía Andrés Ximena Raúl Inés Joaquín Begoña Martín Noemí Álvaro Sofía Ramón""".split()
LAST = """O'Neil|de la Cruz|McDonald|García-López|Nguyễn|Smith|Oyelaran|van der Berg|李|Kowalczyk|Ó Briain|Patel|Washington|Yamamoto|St. Clair
Papadopoulos|Haddad|Featherstonehaugh-Cholmondeley|Begay|Kealoha|Abernathy|Begum|Castillo|Dubois|Eklund|Fischer|Grady|Hollis|Ivanova|Jung""".replace(
    "\n", "|").split("|")
SPANISH_LAST = "de la Cruz|García|Peña|Núñez Ortiz|del Río|Castañeda|Ibáñez|Muñoz".split("|")
ODD = [("小明", "王"), ("さくら", "田中"), ("지민", "김"), ("MARGARET", "MCALLISTER"), ("pat", "o'hara"), ("Wolfeschlegelsteinhausenberger", "Hubert"),
       ("Maximiliana Bernadette", "Montgomery-Oppenheimer"), ("Rory 🌻", "Field"), ("Ana", "D’Angelo")]

out = csv.writer(sys.stdout, lineterminator="\n")
out.writerow("firstName lastName cell zip state external_id language city_name polling_place event_date".split())
for n in range(324):
    area, zip_code, state, city, place = PLACES[n % len(PLACES)]
    line = n // len(PLACES)
    if n % 36 == 5:
        first, last, language = *ODD[n // 36], "en"
    elif n % 6 == 4:
        k = n // 6
        first, last, language = SPANISH[k % len(SPANISH)], SPANISH_LAST[k % len(SPANISH_LAST)], "es"
    else:
        first, last, language = ENGLISH[(n * 7) % len(ENGLISH)], LAST[(n * 11 + line) % len(LAST)], "en"
    # Some lists know no address, some no language: both are ordinary.
    known = n % 9 != 8
    number = f"({area}) 555-01{(line * 5 + n) % 100:02}"
    out.writerow([first, last, number, zip_code if known else "", state if known else "", f"R{1000 + n}",
                  language if language == "es" or n % 3 else "", city, place, "4 de junio" if language == "es" else "June 4"])
