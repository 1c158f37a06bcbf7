"""Opens a workbook in LibreOffice Calc, sets cells as if they were typed, and saves it.

usage: edit-in-libreoffice.py WORKBOOK PIPE < [["Companies", "L6", "text"], ...]

LibreOffice must be listening: soffice --headless --accept="pipe,name=PIPE;urp;"
"""

import json
import os
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.util.NumberFormat import TEXT


def connect(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(240):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.25)
    sys.exit("LibreOffice does not answer")


def option(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def main():
    workbook, pipe = sys.argv[1:3]
    edits = json.load(sys.stdin)
    context = connect(pipe)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    url = uno.systemPathToFileUrl(workbook)
    document = desktop.loadComponentFromURL(url, "_blank", 0, (option("Hidden", True),))
    for sheet, address, text in edits:
        cell = document.Sheets.getByName(sheet).getCellRangeByName(address)
        # What a person types goes through the cell's format: only a cell for texts takes it as it is. A locked one refuses.
        if cell.CellProtection.IsLocked:
            sys.exit(f"{sheet}!{address} is locked")
        is_text = document.NumberFormats.getByKey(cell.NumberFormat).Type & TEXT
        (cell.setString if is_text else cell.setFormula)(text)
    document.storeToURL(url, (option("FilterName", "Calc MS Excel 2007 XML"),))
    document.close(True)
    # At once: taking the connection down in order races with the program that goes.
    os._exit(0)


main()
