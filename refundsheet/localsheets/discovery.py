"""Condenses Google's discovery documents into the table of names and types the server checks by.

Run `python -m refundsheet.localsheets.discovery SHEETS.json DRIVE.json` to write the table anew.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

SCHEMA_FILE = Path(__file__).with_name("schema.json")

#: Proto order of the fields, where recordings or the reference show it; the rest is alphabetical.
FIELD_ORDER = {
    "Spreadsheet": "spreadsheetId properties sheets namedRanges spreadsheetUrl developerMetadata",
    "SpreadsheetProperties": "title locale autoRecalc timeZone defaultFormat "
    "iterativeCalculationSettings spreadsheetTheme",
    "Sheet": "properties data merges conditionalFormats filterViews protectedRanges basicFilter "
    "charts bandedRanges developerMetadata rowGroups columnGroups slicers tables",
    "SheetProperties": "sheetId title index sheetType gridProperties hidden tabColor rightToLeft "
    "tabColorStyle dataSourceSheetProperties",
    "GridProperties": "rowCount columnCount frozenRowCount frozenColumnCount hideGridlines "
    "rowGroupControlAfter columnGroupControlAfter",
    "GridRange": "sheetId startRowIndex endRowIndex startColumnIndex endColumnIndex",
    "DimensionRange": "sheetId dimension startIndex endIndex",
    "DimensionProperties": "hiddenByFilter hiddenByUser pixelSize developerMetadata",
    "GridData": "startRow startColumn rowData rowMetadata columnMetadata",
    "CellData": "userEnteredValue effectiveValue formattedValue userEnteredFormat "
    "effectiveFormat hyperlink note textFormatRuns dataValidation pivotTable",
    "ExtendedValue": "numberValue stringValue boolValue formulaValue errorValue",
    "CellFormat": "numberFormat backgroundColor borders padding horizontalAlignment "
    "verticalAlignment wrapStrategy textDirection textFormat hyperlinkDisplayType textRotation "
    "backgroundColorStyle",
    "TextFormat": "foregroundColor fontFamily fontSize bold italic strikethrough underline "
    "foregroundColorStyle link",
    "NumberFormat": "type pattern",
    "Borders": "top bottom left right",
    "Border": "style width color colorStyle",
    "Padding": "top right bottom left",
    "Color": "red green blue alpha",
    "NamedRange": "namedRangeId name range",
    "ProtectedRange": "protectedRangeId range namedRangeId description warningOnly "
    "requestingUserCanEdit unprotectedRanges editors",
    "Editors": "users groups domainUsersCanEdit",
    "BasicFilter": "range sortSpecs criteria filterSpecs",
    "DimensionGroup": "range depth collapsed",
    "DataValidationRule": "condition inputMessage strict showCustomUi",
    "BooleanCondition": "type values",
    "DeveloperMetadata": "metadataId metadataKey metadataValue location visibility",
    "DeveloperMetadataLocation": "locationType spreadsheet sheetId dimensionRange",
    "ValueRange": "range majorDimension values",
    "UpdateValuesResponse": "spreadsheetId updatedRange updatedRows updatedColumns updatedCells "
    "updatedData",
    "AppendValuesResponse": "spreadsheetId tableRange updates",
    "BatchUpdateValuesResponse": "spreadsheetId totalUpdatedRows totalUpdatedColumns "
    "totalUpdatedCells totalUpdatedSheets responses",
    "BatchUpdateSpreadsheetResponse": "spreadsheetId replies updatedSpreadsheet",
    "EmbeddedChart": "chartId spec position border",
    "File": "kind id name mimeType",
    "FileList": "kind incompleteSearch nextPageToken files",
}

_SCALARS = {
    ("integer", "int32"): "int32",
    ("integer", "uint32"): "int32",
    ("number", "float"): "float",
    ("number", "double"): "double",
    ("boolean", None): "bool",
    ("any", None): "any",
    ("string", "google-fieldmask"): "mask",
}


def condense(document: dict[str, Any]) -> dict[str, Any]:
    """The messages and methods of one discovery document, names and types only."""
    messages = {name: _message(schema) for name, schema in document["schemas"].items()}
    return {"messages": messages, "methods": _methods(document)}


def _message(schema: dict[str, Any]) -> dict[str, str]:
    fields: dict[str, Any] = schema.get("properties", {})
    order = FIELD_ORDER.get(schema["id"], "").split()
    names = [name for name in order if name in fields]
    names += [name for name in fields if name not in order]
    return {name: _type(fields[name]) for name in names}


def _type(field: dict[str, Any]) -> str:
    """A type in short: `Message`, `[repeated]`, `{map}`, `=ENUM|VALUES`, or a scalar's name."""
    if "$ref" in field:
        return field["$ref"]
    if field["type"] == "array":
        return f"[{_type(field['items'])}]"
    if field["type"] == "object":
        extra: dict[str, Any] = field.get("additionalProperties", {"type": "any"})
        return "{" + _type(extra) + "}"
    if "enum" in field:
        return "=" + "|".join(field["enum"])
    return _SCALARS.get((field["type"], field.get("format")), "string")


def _methods(resource: dict[str, Any]) -> dict[str, Any]:
    found = {method["id"]: _method(method) for method in resource.get("methods", {}).values()}
    for child in resource.get("resources", {}).values():
        found |= _methods(child)
    return found


def _method(method: dict[str, Any]) -> dict[str, Any]:
    return {
        "verb": method["httpMethod"],
        "path": method["path"],
        "request": method.get("request", {}).get("$ref"),
        "response": method.get("response", {}).get("$ref"),
        "parameters": {name: _type(spec) for name, spec in method.get("parameters", {}).items()},
    }


def table(sheets: dict[str, Any], drive: dict[str, Any]) -> dict[str, Any]:
    """The whole table, as it is kept in `schema.json`."""
    return {"sheets": condense(sheets), "drive": condense(drive)}


def main(paths: list[str]) -> None:
    """Write `schema.json` from the two documents named."""
    sheets, drive = (json.loads(Path(path).read_text(encoding="utf-8")) for path in paths)
    text = json.dumps(table(sheets, drive), ensure_ascii=False, separators=(",", ":"))
    SCHEMA_FILE.write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
