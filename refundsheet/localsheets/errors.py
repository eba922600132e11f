"""One table of Google's words: every refusal the server can answer with."""

from __future__ import annotations

from typing import Any

INVALID = 400
_STATUS_NAMES = {
    INVALID: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}


class ApiError(Exception):
    """A refusal as the caller sees it: HTTP code, Google's sentence, machine-readable details."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        details: list[dict[str, Any]] | None = None,
        reasons: list[dict[str, Any]] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details
        self.reasons = reasons

    def body(self) -> dict[str, Any]:
        """The JSON body; Drive's errors carry `errors`, Sheets' carry `status` (and `details`)."""
        if self.reasons is not None:
            return {"error": {"errors": self.reasons, "code": self.code, "message": self.message}}
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "status": _STATUS_NAMES[self.code],
        }
        if self.details:
            error["details"] = self.details
        return {"error": error}


class RequestError(Exception):
    """What is wrong with one request of a batch, before the batch adds its place and kind."""


def invalid(message: str) -> ApiError:
    """400 with a sentence and nothing else."""
    return ApiError(400, message)


def bad_request(violations: list[tuple[str, str]]) -> ApiError:
    """400 as the JSON parser words it: all violations, one a line, and again as details."""
    listed = [
        ({"field": field} if field else {}) | {"description": description}
        for field, description in violations
    ]
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": listed}
    return ApiError(400, "\n".join(text for _, text in violations), details=[detail])


def bad_mask(path: str) -> ApiError:
    """400 for a URL mask naming a field the answer does not have."""
    cause = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'."
    error = bad_request([("fields", cause)])
    error.message = "Request contains an invalid argument."
    return error


def invalid_request(index: int, kind: str, cause: str) -> ApiError:
    """400 for one request of a batch, named by its place and kind."""
    return invalid(f"Invalid requests[{index}].{kind}: {cause}")


def not_found() -> ApiError:
    """404 of the Sheets API for a spreadsheet nobody has."""
    return ApiError(404, "Requested entity was not found.")


def file_not_found(file_id: str) -> ApiError:
    """404 of Drive, for a missing file and one not shared alike."""
    return drive_not_found(f"File not found: {file_id}.", "fileId")


def drive_not_found(message: str, location: str) -> ApiError:
    """404 of Drive for a part of a file, such as a permission."""
    return _drive(404, message, "notFound", location)


def drive_invalid(message: str, reason: str = "invalid", location: str = "") -> ApiError:
    """400 of Drive."""
    return _drive(400, message, reason, location)


def drive_forbidden(message: str, reason: str, location: str = "") -> ApiError:
    """403 of Drive."""
    return _drive(403, message, reason, location)


def _drive(code: int, message: str, reason: str, location: str) -> ApiError:
    body = {"message": message, "domain": "global", "reason": reason}
    if location:
        body |= {"location": location, "locationType": "parameter"}
    return ApiError(code, message, reasons=[body])


def permission_denied() -> ApiError:
    """403 for a spreadsheet that is not shared, or a write by a reader."""
    return ApiError(403, "The caller does not have permission")


def unauthenticated(method: str) -> ApiError:
    """401 for a call without a token (or with an API key where a token is needed)."""
    message = (
        "Request is missing required authentication credential. Expected OAuth 2 access token, "
        "login cookie or other valid authentication credential. See "
        "https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    if method.startswith("drive."):
        body = {"message": "Login Required.", "domain": "global", "reason": "required"}
        body |= {"location": "Authorization", "locationType": "header"}
        return ApiError(401, message, reasons=[body])
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "CREDENTIALS_MISSING",
        "domain": "googleapis.com",
        "metadata": {"service": "sheets.googleapis.com"},
    }
    return ApiError(401, message, details=[detail])


def not_built(name: str) -> ApiError:
    """501 for what Google offers and this server does not: loud, and by name."""
    return ApiError(501, f"{name} is not implemented by this local server.")


def internal() -> ApiError:
    """500 in Google's words."""
    return ApiError(500, "Internal error encountered.")


def unavailable() -> ApiError:
    """503 in Google's words."""
    return ApiError(503, "The service is currently unavailable.")


def quota_exceeded(kind: str, project: str) -> ApiError:
    """429 for `kind` "read" or "write"; as recorded, without a Retry-After header."""
    title = kind.capitalize()
    message = (
        f"Quota exceeded for quota metric '{title} requests' and limit '{title} requests per "
        f"minute per user' of service 'sheets.googleapis.com' for consumer "
        f"'project_number:{project}'."
    )
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "quota_metric": f"sheets.googleapis.com/{kind}_requests",
            "service": "sheets.googleapis.com",
            "consumer": f"projects/{project}",
            "quota_limit": f"{title}RequestsPerMinutePerUser",
        },
    }
    return ApiError(429, message, details=[detail])


def unparsable_range(text: str) -> ApiError:
    """400 for an unknown sheet or a range that is none; names the text as it was sent."""
    return invalid(f"Unable to parse range: {text}")


def exceeds_grid(range_text: str, rows: int, columns: int) -> str:
    """The cause given when a range lies wholly outside the grid."""
    return f"Range ({range_text}) exceeds grid limits. Max rows: {rows}, max columns: {columns}"


def no_grid(sheet_id: int) -> RequestError:
    """A request that names a sheetId nobody has."""
    return RequestError(f"No grid with id: {sheet_id}")


def protected() -> ApiError:
    """400 (not 403) for a write onto a protected cell."""
    return invalid(
        "You are trying to edit a protected cell or object. Please contact the spreadsheet "
        "owner to remove protection if you need to edit."
    )


NO_MASK = "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
TOO_LARGE = "Request payload size exceeds the limit: 10485760 bytes."
TOO_LONG = "Your input contains more than the maximum of 50000 characters in a single cell."
TOO_MANY_CELLS = (
    "This action would increase the number of cells in the workbook above the limit of "
    "10000000 cells."
)
TOO_MANY_COLUMNS = (
    "This action would increase the number of columns in the sheet above the limit of "
    "18278 columns."
)
