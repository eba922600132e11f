import pytest

from refundsheet.demo.news import Kind, News, shortened


def news(kind: Kind, count: int) -> list[News]:
    return [News(kind, f"R-{number}", "") for number in range(count)]


@pytest.mark.parametrize(
    ("count", "told"),
    [
        pytest.param(3, ["R-0", "R-1", "R-2"], id="few are told one by one"),
        pytest.param(4, ["R-0", "R-1", "R-2", "R-3"], id="one more takes no more room than its count"),
        pytest.param(6, ["R-0", "R-1", "R-2", "… and 3 more"], id="many are counted"),
    ],
)  # fmt: skip
def test_news_of_a_kind_are_shortened(count: int, told: list[str]) -> None:
    lines = shortened(news(Kind.FLAGGED, count), most=3)
    assert [item.case or item.text for item in lines] == told


def test_each_kind_is_shortened_by_itself() -> None:
    lines = list(shortened([*news(Kind.MINTED, 1), *news(Kind.FLAGGED, 9)], most=1))
    assert [item.kind for item in lines] == [Kind.MINTED, Kind.FLAGGED, Kind.FLAGGED]
    assert lines[-1].text == "… and 8 more"
