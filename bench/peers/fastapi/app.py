"""The peer `fastapi`: FastAPI, SQLAlchemy 2 and asyncpg, as one would write it.

python app.py schema DSN | serve DSN PORT | ingest DSN    (DSN: postgresql+asyncpg://…)
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import email_validator
import phonenumbers
import uvicorn
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, ConfigDict, EmailStr, Field, TypeAdapter, field_validator
from pydantic.alias_generators import to_camel
from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Select, UniqueConstraint, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

LOCATION = 12345
email_validator.SPECIAL_USE_DOMAIN_NAMES.remove("test")  # invented people live there


class Base(DeclarativeBase):
    """All tables."""


class Customer(Base):
    """A customer of one location."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("location_id", "pos_ref"),
        Index("customer_changed", "location_id", "updated_at", "id"),
        Index("customer_listed", "location_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    location_id: Mapped[int]
    pos_ref: Mapped[str]
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    company_name: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    emails: Mapped[list[Email]] = relationship(lazy="selectin", order_by="Email.id")
    phones: Mapped[list[Phone]] = relationship(lazy="selectin", order_by="Phone.id")
    addresses: Mapped[list[Address]] = relationship(lazy="selectin", order_by="Address.id")


class Email(Base):
    """One of a customer's e-mail addresses."""

    __tablename__ = "email"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    email: Mapped[str]
    is_primary: Mapped[bool]


class Phone(Base):
    """One of a customer's phone numbers."""

    __tablename__ = "phone"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    phone: Mapped[str]
    type: Mapped[str | None]
    is_primary: Mapped[bool]


class Address(Base):
    """One of a customer's postal addresses."""

    __tablename__ = "address"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    street: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    zip_code: Mapped[str | None]
    country: Mapped[str | None]
    type: Mapped[str | None]
    is_primary: Mapped[bool]


class Shape(BaseModel):
    """JSON is in camelCase, and may be made from rows."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class EmailShape(Shape):
    """An e-mail address, checked."""

    email: EmailStr
    is_primary: bool = False


class PhoneShape(Shape):
    """A phone number, as E.164 where it can be."""

    phone: str
    type: str | None = None
    is_primary: bool = False

    @field_validator("phone")
    @classmethod
    def e164(cls, value: str) -> str:
        """What cannot be read stays as it came."""
        try:
            number = phonenumbers.parse(value, "US")
        except phonenumbers.NumberParseException:
            return value
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class AddressShape(Shape):
    """A postal address."""

    street: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country: str | None = None
    type: str | None = None
    is_primary: bool = False


class CustomerIn(Shape):
    """A customer as a till sends one."""

    pos_ref: str
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    created_at: datetime
    updated_at: datetime
    emails: list[EmailShape] = Field(default=[], alias="customerEmails")
    phones: list[PhoneShape] = Field(default=[], alias="customerPhones")
    addresses: list[AddressShape] = Field(default=[], alias="customerAddresses")


class EmailOut(EmailShape):
    """What is kept was checked before."""

    email: str


class PhoneOut(Shape):
    """What is kept was checked before."""

    phone: str
    type: str | None
    is_primary: bool


class CustomerOut(CustomerIn):
    """A customer as it is answered."""

    id: int
    emails: list[EmailOut] = Field(alias="customerEmails")
    phones: list[PhoneOut] = Field(alias="customerPhones")


class Page(BaseModel):
    """One page of customers, and how many there are."""

    total: int
    customers: list[CustomerOut]


class Database:
    """The engine, made once the address is known."""

    sessions: async_sessionmaker[AsyncSession]

    def open(self, dsn: str) -> None:
        """Makes the pool."""
        self.engine = create_async_engine(dsn, pool_size=8)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False)


database = Database()
app = FastAPI()


async def session() -> AsyncIterator[AsyncSession]:
    """One session a request."""
    async with database.sessions() as opened:
        yield opened


@app.get("/customers", response_model=Page)
async def customers(
    session: Annotated[AsyncSession, Depends(session)],
    page: Annotated[int, Query(ge=1)] = 1,
    page_size: Annotated[int, Query(ge=1, le=100)] = 50,
    search: str | None = None,
    updated_after: datetime | None = None,
) -> Page:
    """Customers of the location, by id; by change where `updated_after` is asked."""
    query = select(Customer).where(Customer.location_id == LOCATION)
    for word in (search or "").split():
        query = _holding(query, f"%{word}%")
    order = [Customer.id]
    if updated_after is not None:
        query = query.where(Customer.updated_at > updated_after)
        order = [Customer.updated_at, Customer.id]
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    rows = await session.scalars(query.order_by(*order).offset((page - 1) * page_size).limit(page_size))
    return Page(total=total or 0, customers=[CustomerOut.model_validate(row) for row in rows])


def _holding(query: Select[tuple[Customer]], pattern: str) -> Select[tuple[Customer]]:
    return query.where(
        or_(
            Customer.first_name.ilike(pattern),
            Customer.last_name.ilike(pattern),
            Customer.company_name.ilike(pattern),
            Customer.emails.any(Email.email.ilike(pattern)),
            Customer.phones.any(Phone.phone.ilike(pattern)),
        )
    )


async def ingest() -> None:
    """Reads batches from standard input, one JSON array a line; each is one transaction, then a line is answered."""
    batch = TypeAdapter(list[CustomerIn])
    for line in sys.stdin.buffer:
        async with database.sessions.begin() as session:
            await _put(session, batch.validate_json(line))
        print("ok", flush=True)


async def _put(session: AsyncSession, batch: list[CustomerIn]) -> None:
    refs = [one.pos_ref for one in batch]
    found = await session.scalars(
        select(Customer).where(Customer.location_id == LOCATION, Customer.pos_ref.in_(refs))
    )
    known = {customer.pos_ref: customer for customer in found}
    for one in batch:
        customer = known.get(one.pos_ref) or Customer(location_id=LOCATION, pos_ref=one.pos_ref)
        customer.first_name, customer.last_name = one.first_name, one.last_name
        customer.company_name = one.company_name
        customer.created_at, customer.updated_at = one.created_at, one.updated_at
        customer.emails = [Email(**email.model_dump()) for email in one.emails]
        customer.phones = [Phone(**phone.model_dump()) for phone in one.phones]
        customer.addresses = [Address(**address.model_dump()) for address in one.addresses]
        session.add(customer)


async def _schema() -> None:
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


if __name__ == "__main__":
    what, dsn, *rest = sys.argv[1:]
    database.open(dsn)
    if what == "serve":
        uvicorn.run(app, host="127.0.0.1", port=int(rest[0]), log_level="warning", access_log=False)
    else:
        asyncio.run({"schema": _schema, "ingest": ingest}[what]())
