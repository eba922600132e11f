"""What a spreadsheet's locale means for reading what is typed and for showing what is stored."""

from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

NO_BREAK_SPACE = "\u00a0"
NARROW_NO_BREAK_SPACE = "\u202f"


class DateOrder(Enum):
    """In which order the locale writes the parts of a numeric date."""

    MONTH_DAY_YEAR = "MDY"
    DAY_MONTH_YEAR = "DMY"
    YEAR_MONTH_DAY = "YMD"


@dataclass(frozen=True, slots=True)
class Words:
    """The words one language uses in dates and for truth."""

    months: tuple[str, ...]
    short_months: tuple[str, ...]
    #: Monday first, as in `date.weekday`.
    days: tuple[str, ...]
    short_days: tuple[str, ...]
    #: TRUE and FALSE as the language shows them.
    booleans: tuple[str, str] = ("TRUE", "FALSE")
    am_pm: tuple[str, str] = ("AM", "PM")


@dataclass(frozen=True, slots=True)
class Locale:
    """How one locale writes numbers, money and dates."""

    code: str
    words: Words
    decimal: str
    thousands: str
    order: DateOrder
    #: What may stand between the parts of a numeric date that is typed.
    date_separators: str
    currency: str
    #: A pattern whose `0` is replaced by the digits, such as `"$"0`.
    currency_shape: str
    date_pattern: str
    time_pattern: str

    @property
    def date_time_pattern(self) -> str:
        """Date and 24-hour time, which Google shows even where a bare time is shown with AM and PM."""
        clock = self.time_pattern.replace(" am/pm", "")
        return f"{self.date_pattern} {clock}"

    @property
    def argument_separator(self) -> str:
        """What separates the arguments of a function: `;` where the comma is the decimal sign."""
        return ";" if self.decimal == "," else ","

    def currency_pattern(self, digits: str) -> str:
        """The currency pattern around a pattern for the digits, such as `#,##0.00`."""
        return self.currency_shape.replace("0", digits)


def _words(  # noqa: PLR0913 - one argument for each kind of word
    months: str,
    short_months: str,
    days: str,
    short_days: str,
    *,
    booleans: tuple[str, str] = ("TRUE", "FALSE"),
    am_pm: tuple[str, str] = ("AM", "PM"),
) -> Words:
    return Words(
        months=tuple(months.split()),
        short_months=tuple(short_months.split()),
        days=tuple(days.split()),
        short_days=tuple(short_days.split()),
        booleans=booleans,
        am_pm=am_pm,
    )


ENGLISH = _words(
    "January February March April May June July August September October November December",
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "Mon Tue Wed Thu Fri Sat Sun",
)
GERMAN = _words(
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "Mo Di Mi Do Fr Sa So",
    booleans=("WAHR", "FALSCH"),
)
FRENCH = _words(
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lun. mar. mer. jeu. ven. sam. dim.",
    booleans=("VRAI", "FAUX"),
)
SPANISH = _words(
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago sept oct nov dic",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lun mar mié jue vie sáb dom",
    booleans=("VERDADERO", "FALSO"),
    am_pm=("a.\u00a0m.", "p.\u00a0m."),
)
ITALIAN = _words(
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "lun mar mer gio ven sab dom",
    booleans=("VERO", "FALSO"),
)
DUTCH = _words(
    "januari februari maart april mei juni juli augustus september oktober november december",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "ma di wo do vr za zo",
    booleans=("WAAR", "ONWAAR"),
)
PORTUGUESE = _words(
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.",
    "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
    "seg. ter. qua. qui. sex. sáb. dom.",
    booleans=("VERDADEIRO", "FALSO"),
)
POLISH = _words(
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "pon. wt. śr. czw. pt. sob. niedz.",
    booleans=("PRAWDA", "FAŁSZ"),
)
SWEDISH = _words(
    "januari februari mars april maj juni juli augusti september oktober november december",
    "jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec.",
    "måndag tisdag onsdag torsdag fredag lördag söndag",
    "mån tis ons tors fre lör sön",
    booleans=("SANT", "FALSKT"),
    am_pm=("fm", "em"),
)
DANISH = _words(
    "januar februar marts april maj juni juli august september oktober november december",
    "jan. feb. mar. apr. maj jun. jul. aug. sep. okt. nov. dec.",
    "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "man. tirs. ons. tors. fre. lør. søn.",
    booleans=("SAND", "FALSK"),
)
NORWEGIAN = _words(
    "januar februar mars april mai juni juli august september oktober november desember",
    "jan. feb. mars apr. mai juni juli aug. sep. okt. nov. des.",
    "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "man. tir. ons. tor. fre. lør. søn.",
    booleans=("SANN", "USANN"),
    am_pm=("a.m.", "p.m."),
)
FINNISH = _words(
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta"
    " syyskuuta lokakuuta marraskuuta joulukuuta",
    "tammik. helmik. maalisk. huhtik. toukok. kesäk. heinäk. elok. syysk. lokak. marrask. jouluk.",
    "maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai",
    "ma ti ke to pe la su",
    booleans=("TOSI", "EPÄTOSI"),
    am_pm=("ap.", "ip."),
)
JAPANESE = _words(
    "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
    "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
    "月 火 水 木 金 土 日",
    am_pm=("午前", "午後"),
)
TURKISH = _words(
    "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",  # noqa: RUF001 - Turkish letters
    "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
    "Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar",  # noqa: RUF001 - Turkish letters
    "Pzt Sal Çar Per Cum Cmt Paz",
    booleans=("DOĞRU", "YANLIŞ"),
    am_pm=("ÖÖ", "ÖS"),
)

_US = Locale(
    code="en_US",
    words=ENGLISH,
    decimal=".",
    thousands=",",
    order=DateOrder.MONTH_DAY_YEAR,
    date_separators="/-",
    currency="$",
    currency_shape='"$"0',
    date_pattern="m/d/yyyy",
    time_pattern="h:mm:ss am/pm",
)
_BRITISH = replace(
    _US,
    code="en_GB",
    order=DateOrder.DAY_MONTH_YEAR,
    currency="£",
    currency_shape='"£"0',
    date_pattern="dd/mm/yyyy",
    time_pattern="hh:mm:ss",
)
_GERMAN = Locale(
    code="de_DE",
    words=GERMAN,
    decimal=",",
    thousands=".",
    order=DateOrder.DAY_MONTH_YEAR,
    date_separators="./-",
    currency="€",
    currency_shape=f'0{NO_BREAK_SPACE}"€"',
    date_pattern="dd.mm.yyyy",
    time_pattern="hh:mm:ss",
)
_FRENCH = replace(
    _GERMAN,
    code="fr_FR",
    words=FRENCH,
    thousands=NARROW_NO_BREAK_SPACE,
    date_separators="/-",
    date_pattern="dd/mm/yyyy",
)
_SPANISH = replace(
    _GERMAN,
    code="es_ES",
    words=SPANISH,
    date_separators="/-",
    date_pattern="d/m/yyyy",
    time_pattern="h:mm:ss",
)
_NORWEGIAN = replace(
    _GERMAN,
    code="nb_NO",
    words=NORWEGIAN,
    thousands=NO_BREAK_SPACE,
    currency="kr",
    currency_shape=f'0{NO_BREAK_SPACE}"kr"',
)

LOCALES: dict[str, Locale] = {
    locale.code: locale
    for locale in (
        _US,
        _BRITISH,
        replace(
            _US,
            code="en_CA",
            order=DateOrder.DAY_MONTH_YEAR,
            date_pattern="yyyy-mm-dd",
        ),
        replace(_US, code="en_AU", order=DateOrder.DAY_MONTH_YEAR, date_pattern="dd/mm/yyyy"),
        _GERMAN,
        _FRENCH,
        _SPANISH,
        replace(
            _GERMAN,
            code="it_IT",
            words=ITALIAN,
            date_separators="/-",
            date_pattern="dd/mm/yyyy",
        ),
        replace(
            _GERMAN,
            code="nl_NL",
            words=DUTCH,
            date_separators="-/",
            currency_shape=f'"€"{NO_BREAK_SPACE}0',
            date_pattern="d-m-yyyy",
        ),
        replace(
            _GERMAN,
            code="pt_BR",
            words=PORTUGUESE,
            date_separators="/-",
            currency="R$",
            currency_shape=f'"R$"{NO_BREAK_SPACE}0',
            date_pattern="dd/mm/yyyy",
        ),
        replace(
            _GERMAN,
            code="pt_PT",
            words=PORTUGUESE,
            thousands=NO_BREAK_SPACE,
            date_separators="/-",
            date_pattern="dd/mm/yyyy",
        ),
        replace(
            _GERMAN,
            code="pl_PL",
            words=POLISH,
            thousands=NO_BREAK_SPACE,
            currency="zł",
            currency_shape=f'0{NO_BREAK_SPACE}"zł"',
            date_pattern="d.mm.yyyy",
        ),
        replace(
            _NORWEGIAN,
            code="sv_SE",
            words=SWEDISH,
            order=DateOrder.YEAR_MONTH_DAY,
            date_separators="-/",
            date_pattern="yyyy-mm-dd",
        ),
        replace(
            _GERMAN,
            code="da_DK",
            words=DANISH,
            date_separators="/-.",
            currency="kr.",
            currency_shape=f'0{NO_BREAK_SPACE}"kr."',
            date_pattern="dd/mm/yyyy",
            time_pattern="hh.mm.ss",
        ),
        _NORWEGIAN,
        replace(
            _GERMAN,
            code="fi_FI",
            words=FINNISH,
            thousands=NO_BREAK_SPACE,
            date_pattern="d.m.yyyy",
            time_pattern="h.mm.ss",
        ),
        replace(
            _US,
            code="ja_JP",
            words=JAPANESE,
            order=DateOrder.YEAR_MONTH_DAY,
            currency="¥",
            currency_shape='"¥"0',
            date_pattern="yyyy/mm/dd",
            time_pattern="h:mm:ss",
        ),
        replace(
            _GERMAN,
            code="tr_TR",
            words=TURKISH,
            currency="₺",
            currency_shape='"₺"0',
            date_pattern="dd.mm.yyyy",
        ),
    )
}

#: The locale a language stands for where the country is unknown or missing.
_OF_LANGUAGE = {code.split("_")[0]: code for code in reversed(LOCALES)} | {"no": "nb_NO"}


@lru_cache(maxsize=256)
def locale_named(code: str) -> Locale:
    """The locale of a code such as `de_DE`, `de-AT` or `fr`.

    An unknown country gets what its language means, an unknown language `en_US`.
    """
    normal = code.replace("-", "_")
    known = LOCALES.get(normal)
    if known is not None:
        return known
    language = normal.split("_")[0].lower()
    return LOCALES[_OF_LANGUAGE.get(language, "en_US")]
