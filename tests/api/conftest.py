"""Two shops: one that a module's tests only read, one that each test has to itself."""

from collections.abc import Iterator

import pytest

from regulars.model.record import Record
from tests.api.shop import THERE, Shop, shop_in
from tests.directory.world import person, record

PEOPLE = 120


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """120 customers here, 3 there. Nobody writes to it."""
    with shop_in(tmp_path_factory.mktemp("shop")) as shop:
        shop.add(*(_customer(number) for number in range(PEOPLE)))
        shop.add(*(person(f"T-{number}", "Tove", "There") for number in range(3)), location_id=THERE)
        yield shop


@pytest.fixture
def own_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """An empty one."""
    with shop_in(tmp_path_factory.mktemp("own_shop")) as shop:
        yield shop


def _customer(number: int) -> Record:
    if number == 1:
        return record(
            "C-1",
            firstName="Zoë",
            lastName="O'Example",
            companyName="Example & Sons",
            customerEmails=[
                {"email": "zoe@example.com", "isPrimary": True, "isVerified": True, "createdAt": "2024-01-15T10:30:00Z"}
            ],
            customerPhones=[{"phone": "+1 212 555 4240", "type": "MOBILE", "extension": "12"}],
            customerAddresses=[
                {"street": "1 Main St", "city": "New York", "state": "NY", "zipCode": "10001", "country": "US",
                 "type": "HOME", "latitude": 40.7, "longitude": -74.0}
            ],
        )  # fmt: skip
    return person(f"C-{number}", f"Ada{number:03}", "Example", email=f"ada{number}@example.com")
