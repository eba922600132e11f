"""The words of the demo's shop: its people, its products, its reasons, and what the team notes down."""

from dataclasses import dataclass

TEAM = ("Ana", "Bo", "Chidi", "Dana")

CUSTOMERS = (
    "Ada", "Amira", "Anton", "Aylin", "Beatriz", "Ben", "Camille", "Carlos", "Dalia", "Dmitri",
    "Elif", "Emeka", "Erik", "Esther", "Farid", "Fiona", "Giulia", "Hana", "Henrik", "Ines",
    "Ivo", "Jana", "Jonas", "Kaito", "Katja", "Lars", "Leila", "Lucia", "Malik", "Marta",
    "Mei", "Mila", "Nadia", "Noah", "Olga", "Omar", "Paul", "Priya", "Quentin", "Rosa",
    "Samir", "Sofia", "Tariq", "Tessa", "Uma", "Viktor", "Wanda", "Yusuf", "Zara", "Zoe",
)  # fmt: skip
INITIALS = "ABCDEFGHKLMNOPRSTVWZ"


@dataclass(frozen=True, slots=True)
class Product:
    """Something the shop sells.

    Attributes:
        price: In euro, one piece.
        weight: How often it comes back, compared with the others.
    """

    name: str
    price: float
    weight: int = 4


#: The product whose lid leaked in the last complete week: the Summary is to notice.
SPIKE = Product("Trail Kettle 1.2 L", 34.90, 3)

PRODUCTS = (
    SPIKE,
    Product("Rain Jacket Drizzle", 89.00, 7),
    Product("Wool Socks, 3 pairs", 19.50, 5),
    Product("Desk Lamp Fjord", 54.90),
    Product("Linen Apron", 27.00, 3),
    Product("Ceramic Mug Set", 31.80, 6),
    Product("Yoga Mat Calm", 42.00),
    Product("Bike Light Duo", 24.95, 5),
    Product("Herb Garden Kit", 22.40, 3),
    Product("Cast Iron Pan 24 cm", 48.00, 3),
    Product("Travel Pillow", 17.90, 3),
)

CURRENCIES = ("EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "GBP", "USD")

#: Reason to how often it is given, and what the customer said.
REASONS: dict[str, tuple[int, tuple[str, ...]]] = {
    "Damaged or defective": (
        8,
        ("arrived with a crack, photo attached", "stopped working after two days", "the lid leaks"),
    ),
    "Wrong item": (4, ("got the blue one instead of green", "someone else's parcel, it seems")),
    "Not as described": (4, ("smaller than in the pictures", "colour is quite different")),
    "Missing item or part": (3, ("one piece missing from the box", "no screws in the bag")),
    "Late or never arrived": (5, ("tracking has not moved for ten days", "came after the birthday")),
    "Size or fit": (5, ("too tight, would like it a size up", "sleeves too long")),
    "Changed mind": (4, ("not needed any more, unopened", "found one as a gift, sends it back")),
    "Duplicate order or charge": (2, ("card was charged twice", "ordered twice by accident")),
    "Goodwill or price adjustment": (2, ("price dropped a day later", "long wait, asks for a little back")),
}  # fmt: skip

#: Status to what a colleague writes next to it; ``{owner}`` is who did.
REMARKS: dict[str, tuple[str, ...]] = {
    "New": ("",),
    "Under Review": ("{owner} is looking into it.", "{owner} asked the warehouse to check."),
    "Awaiting Customer": ("{owner} asked for a photo.", "{owner} asked which size is wanted."),
    "Awaiting Return": ("{owner} sent the return label.", "Label sent, parcel not scanned yet."),
    "On Hold": ("Carrier investigation open, {owner} follows it.",),
    "Approved": ("{owner} approved it, thanked the customer for the patience.",),
    "Processing": ("Payment requested from accounting.", "{owner} passed it on to accounting."),
    "Payout Failed": ("Bank sent the money back, {owner} asks for a new account number.",),
    "Refunded": ("Refunded, customer was happy with the quick help.", "Refunded by {owner}."),
    "Replaced": ("{owner} sent a new one.", "Replacement arrived, all good."),
    "Store Credit": ("Customer preferred a voucher.",),
    "Rejected": ("Kindly declined: used for three months.", "{owner} explained why, with a guide."),
    "Cancelled": ("Customer wrote that it works after all.",),
}

#: What the team adds to the notes while the demo runs.
NEWS = (
    "called the customer, all clear now.",
    "photo received, thank you.",
    "carrier answered: parcel found.",
    "warehouse confirms the return.",
    "customer asks how long it will take.",
)
