"""The peer `django`: Django REST framework and psycopg 3 behind gunicorn, as one would write it.

python app.py schema WHERE | serve WHERE PORT | ingest WHERE    (WHERE: HOST,DATABASE,USER)
"""

from __future__ import annotations

import os
import sys
from datetime import UTC
from typing import Any

import django
import phonenumbers
from django.conf import settings

# gunicorn imports this module too, with a command line of its own.
_HOST, _DATABASE, _USER = (os.environ.get("PEER_WHERE") or sys.argv[2]).split(",")
settings.configure(
    DEBUG=False,
    SECRET_KEY="measured-only",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="app",
    USE_TZ=True,
    INSTALLED_APPS=["directory", "rest_framework"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": _HOST,
            "NAME": _DATABASE,
            "USER": _USER,
            "CONN_MAX_AGE": None,
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

# Django wants its settings before anything that uses them.

from directory.models import Address, Customer, Email, Phone
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.db.models import QuerySet
from django.urls import path
from rest_framework import filters, generics, pagination, serializers

LOCATION = 12345


class EmailSerializer(serializers.ModelSerializer):
    """An e-mail address, checked."""

    email = serializers.EmailField()
    isPrimary = serializers.BooleanField(source="is_primary", default=False)

    class Meta:
        """Its fields."""

        model = Email
        fields = ["email", "isPrimary"]


class PhoneField(serializers.CharField):
    """A phone number, as E.164 where it can be; what cannot be read stays as it came."""

    def to_internal_value(self, data: Any) -> str:
        """From JSON."""
        text = super().to_internal_value(data)
        try:
            number = phonenumbers.parse(text, "US")
        except phonenumbers.NumberParseException:
            return text
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class PhoneSerializer(serializers.ModelSerializer):
    """A phone number."""

    phone = PhoneField()
    isPrimary = serializers.BooleanField(source="is_primary", default=False)

    class Meta:
        """Its fields."""

        model = Phone
        fields = ["phone", "type", "isPrimary"]


class AddressSerializer(serializers.ModelSerializer):
    """A postal address."""

    zipCode = serializers.CharField(source="zip_code", allow_null=True)
    isPrimary = serializers.BooleanField(source="is_primary", default=False)

    class Meta:
        """Its fields."""

        model = Address
        fields = ["street", "city", "state", "zipCode", "country", "type", "isPrimary"]


class CustomerSerializer(serializers.ModelSerializer):
    """A customer, with everything one has."""

    posRef = serializers.CharField(source="pos_ref")
    firstName = serializers.CharField(source="first_name", allow_null=True, allow_blank=True)
    lastName = serializers.CharField(source="last_name", allow_null=True, allow_blank=True)
    companyName = serializers.CharField(source="company_name", allow_null=True)
    createdAt = serializers.DateTimeField(source="created_at", default_timezone=UTC)
    updatedAt = serializers.DateTimeField(source="updated_at", default_timezone=UTC)
    customerEmails = EmailSerializer(source="emails", many=True)
    customerPhones = PhoneSerializer(source="phones", many=True)
    customerAddresses = AddressSerializer(source="addresses", many=True)

    class Meta:
        """Its fields."""

        model = Customer
        fields = [
            "id", "posRef", "firstName", "lastName", "companyName", "createdAt", "updatedAt",
            "customerEmails", "customerPhones", "customerAddresses",
        ]  # fmt: skip


class Pages(pagination.PageNumberPagination):
    """Pages by number, with a count."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 100


class CustomerList(generics.ListAPIView):
    """Customers of the location, by id; by change where `updated_after` is asked."""

    serializer_class = CustomerSerializer
    pagination_class = Pages
    filter_backends = [filters.SearchFilter]
    search_fields = ["first_name", "last_name", "company_name", "emails__email", "phones__phone"]

    def get_queryset(self) -> QuerySet[Customer]:
        """What the request asks for, before its search."""
        query = Customer.objects.filter(location_id=LOCATION).order_by("id")
        after = self.request.query_params.get("updated_after")
        if after:
            query = query.filter(updated_at__gt=after).order_by("updated_at", "id")
        return query.prefetch_related("emails", "phones", "addresses")


urlpatterns = [path("customers", CustomerList.as_view())]
application = get_wsgi_application()


def ingest() -> None:
    """Reads batches from standard input, one JSON array a line; each is one transaction, then a line is answered."""
    import json

    for line in sys.stdin.buffer:
        batch = CustomerSerializer(data=json.loads(line), many=True)
        batch.is_valid(raise_exception=True)
        with transaction.atomic():
            _put(batch.validated_data)
        print("ok", flush=True)


def _put(batch: list[dict[str, Any]]) -> None:
    parts = [(one.pop("emails"), one.pop("phones"), one.pop("addresses")) for one in batch]
    customers = Customer.objects.bulk_create(
        [Customer(location_id=LOCATION, **one) for one in batch],
        update_conflicts=True,
        unique_fields=["location_id", "pos_ref"],
        update_fields=["first_name", "last_name", "company_name", "created_at", "updated_at"],
    )
    for at, model in enumerate((Email, Phone, Address)):
        model.objects.filter(customer__in=[customer.id for customer in customers]).delete()
        model.objects.bulk_create(
            [
                model(customer=customer, **one)
                for customer, part in zip(customers, parts, strict=True)
                for one in part[at]
            ]
        )


def _schema() -> None:
    with connection.schema_editor() as editor:
        for model in (Customer, Email, Phone, Address):
            editor.create_model(model)


def _serve(port: str) -> None:
    os.environ["PEER_WHERE"] = sys.argv[2]
    gunicorn = os.path.join(os.path.dirname(sys.executable), "gunicorn")
    os.execv(  # noqa: S606  this process becomes the server
        gunicorn,
        [
            gunicorn, "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8",
            "--keep-alive", "600", "--timeout", "600", "--log-level", "warning", "app:application",
        ],
    )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        _serve(sys.argv[3])
    else:
        {"schema": _schema, "ingest": ingest}[sys.argv[1]]()
