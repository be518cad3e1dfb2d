"""Writes spreadsheet.xlsx: a list as a spreadsheet program stores it (numbers as numbers, a date, a second sheet)."""

import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def cell(place, value, style=None):
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"' + (f' s="{style}"' if style else "") + f"><v>{value}</v></c>"


def sheet(rows):
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            cell(f"{chr(65 + at)}{number}", *(value if isinstance(value, tuple) else (value,)))
            for at, value in enumerate(row)
        )
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


FILES = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REL}"><sheets><sheet name="Voters" sheetId="1" '
    'r:id="rId1"/><sheet name="Notes" sheetId="2" r:id="rId2"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{REL}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{REL}/worksheet" '
    f'Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="{REL}/styles" Target="styles.xml"/>'
    "</Relationships>",
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/>'
    "</cellXfs></styleSheet>",
    "xl/worksheets/sheet1.xml": sheet([
        ["First Name", "Last Name", "Mobile", "Zip", "Event day"],
        ["Ana", "Ruiz", 2122000002, 2134, (46331, 1)],
        ["Ben", None, "(212) 200-0003", 10001, None],
        [None, None, None, None, None],
        ["Cy", "Park", 12, 10001, None],
    ]),
    "xl/worksheets/sheet2.xml": sheet([["bought in May"]]),
}

with zipfile.ZipFile("spreadsheet.xlsx", "w", zipfile.ZIP_DEFLATED) as out:
    for name, text in FILES.items():
        info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
        out.writestr(info, '<?xml version="1.0" encoding="UTF-8"?>' + text, zipfile.ZIP_DEFLATED)
