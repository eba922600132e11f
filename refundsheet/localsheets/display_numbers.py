"""A number shown by the digits, signs and literals of its pattern."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from refundsheet.localsheets.locales import Locale
from refundsheet.localsheets.patterns import Part, Section, Token

GROUP = 3
#: Enough digits for the largest float written out.
PRECISION = 400
_PLACEHOLDERS = {"0": "0", "#": "", "?": " "}


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a section's digits ask for."""

    whole: tuple[str, ...]
    decimals: tuple[str, ...]
    #: Placeholders of the exponent; None without one.
    exponent: tuple[str, ...] | None
    grouped: bool
    #: How many powers of ten the number is scaled by before it is shown.
    scale: int


def shows_as_number(value: float, section: Section, locale: Locale) -> str:
    """The number as its section shows it, with a minus sign in front where it is negative."""
    sign = "-" if value < 0 else ""
    if any(token.part is Part.SLASH for token in section.tokens):
        return sign + _as_fraction(abs(value), section)
    with localcontext() as context:
        context.prec = PRECISION
        shape = _shape(section)
        number = Decimal(repr(abs(value))).scaleb(shape.scale)
        return sign + _written(number, section, shape, locale)


def _shape(section: Section) -> _Shape:
    whole: list[str] = []
    decimals: list[str] = []
    exponent: list[str] = []
    current = whole
    commas = percents = 0
    grouped = False
    for token in section.tokens:
        if token.part is Part.DIGIT:
            grouped = grouped or (commas > 0 and current is whole)
            commas = 0
            current.append(token.text)
        elif token.part is Part.COMMA and whole:
            commas += 1
        elif token.part is Part.POINT and current is whole:
            current = decimals
        elif token.part is Part.EXPONENT:
            current = exponent
        elif token.part is Part.PERCENT:
            percents += 1
    return _Shape(
        whole=tuple(whole),
        decimals=tuple(decimals),
        exponent=tuple(exponent) if current is exponent else None,
        grouped=grouped,
        scale=2 * percents - GROUP * commas,
    )


def _written(number: Decimal, section: Section, shape: _Shape, locale: Locale) -> str:
    power = 0
    if shape.exponent is not None:
        number, power = _mantissa(number, shape)
    rounded = _rounded(number, len(shape.decimals))
    whole, _, decimals = f"{rounded:f}".partition(".")
    digits = {
        "whole": _whole(whole.lstrip("0"), shape, locale),
        "decimals": _decimals(decimals, shape.decimals),
        "exponent": _exponent(abs(power), shape.exponent or ()),
    }
    return _assembled(section.tokens, digits, power, locale)


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def _mantissa(number: Decimal, shape: _Shape) -> tuple[Decimal, int]:
    if not number:
        return number, 0
    width = max(1, len(shape.whole))
    power = number.adjusted() // width * width
    mantissa = number.scaleb(-power)
    if _rounded(mantissa, len(shape.decimals)).adjusted() >= width:  # 9.999 became 10.00
        power += width
        mantissa = number.scaleb(-power)
    return mantissa, power


def _whole(digits: str, shape: _Shape, locale: Locale) -> list[str]:
    """One piece for each placeholder; the first takes the digits for which there is none."""
    count = len(shape.whole)
    pieces: list[str] = []
    for index, placeholder in enumerate(shape.whole):
        position = count - 1 - index
        piece = _digit(digits, position, placeholder, shape, locale)
        if index == 0:
            extra = range(len(digits) - 1, position, -1)
            piece = "".join(_digit(digits, each, "0", shape, locale) for each in extra) + piece
        pieces.append(piece)
    return pieces


def _digit(digits: str, position: int, placeholder: str, shape: _Shape, locale: Locale) -> str:
    shown = digits[-1 - position] if position < len(digits) else _PLACEHOLDERS[placeholder]
    separates = shape.grouped and position > 0 and position % GROUP == 0
    return shown + locale.thousands if shown.strip() and separates else shown


def _decimals(digits: str, placeholders: tuple[str, ...]) -> list[str]:
    kept = len(digits.rstrip("0"))
    return [
        digit if index < kept else _PLACEHOLDERS[placeholder]
        for index, (digit, placeholder) in enumerate(zip(digits, placeholders, strict=True))
    ]


def _exponent(power: int, placeholders: tuple[str, ...]) -> list[str]:
    digits = str(power).zfill(len(placeholders))
    extra = len(digits) - len(placeholders) + 1
    return [digits[:extra], *digits[extra:]] if placeholders else []


def _assembled(
    tokens: tuple[Token, ...], digits: dict[str, list[str]], power: int, locale: Locale
) -> str:
    pieces: list[str] = []
    part = "whole"
    for token in tokens:
        match token.part:
            case Part.DIGIT:
                pieces.append(digits[part].pop(0))
            case Part.POINT if part == "whole":
                if not any(each.part is Part.DIGIT for each in tokens[: tokens.index(token)]):
                    pieces.extend(digits["whole"])
                part = "decimals"
                pieces.append(locale.decimal)
            case Part.EXPONENT:
                part = "exponent"
                sign = "-" if power < 0 else token.text[1].replace("-", "")
                pieces.append(token.text[0] + sign)
            case Part.COMMA:
                pass
            case _:
                pieces.append(token.text)
    return "".join(pieces)


def _as_fraction(value: float, section: Section) -> str:
    """Such as `3 1/4` for `# ?/?`: the nearest fraction its denominator's digits allow."""
    tokens = section.tokens
    slash = next(i for i, token in enumerate(tokens) if token.part is Part.SLASH)
    digit_runs = _digit_runs(tokens[:slash])
    mixed = len(digit_runs) > 1
    below = "".join(token.text for token in tokens[slash + 1 :])
    fixed = "".join(sign for sign in below if sign.isdigit()).lstrip("0")
    places = sum(sign in "?#0" for sign in below)
    exact = Fraction(repr(value)) if "e" not in repr(value) else Fraction(value)
    whole = int(exact) if mixed else 0
    rest = exact - whole
    if fixed:
        top, bottom = round(rest * int(fixed)), int(fixed)
    else:
        near = rest.limit_denominator(10 ** max(1, places) - 1)
        top, bottom = near.numerator, near.denominator
    if mixed and top == bottom:
        whole, top = whole + 1, 0
    if mixed and not top:
        return str(whole)
    return f"{whole} {top}/{bottom}" if mixed and whole else f"{top}/{bottom}"


def _digit_runs(tokens: tuple[Token, ...]) -> list[int]:
    """The lengths of the runs of placeholders before the slash: one, or whole and numerator."""
    runs: list[int] = []
    inside = False
    for token in tokens:
        is_digit = token.part is Part.DIGIT
        if is_digit and not inside:
            runs.append(0)
        if is_digit:
            runs[-1] += 1
        inside = is_digit
    return runs
