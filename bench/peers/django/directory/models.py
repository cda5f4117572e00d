"""The tables."""

from __future__ import annotations

from django.db import models


class Customer(models.Model):
    """A customer of one location."""

    id = models.BigAutoField(primary_key=True)
    location_id = models.IntegerField()
    pos_ref = models.TextField()
    first_name = models.TextField(null=True, blank=True)
    last_name = models.TextField(null=True, blank=True)
    company_name = models.TextField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        """One customer of a reference; indexes for both orders."""

        db_table = "customer"
        constraints = [models.UniqueConstraint(fields=["location_id", "pos_ref"], name="customer_ref")]
        indexes = [
            models.Index(fields=["location_id", "updated_at", "id"], name="customer_changed"),
            models.Index(fields=["location_id", "id"], name="customer_listed"),
        ]


class Email(models.Model):
    """One of a customer's e-mail addresses."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="emails")
    email = models.TextField()
    is_primary = models.BooleanField()

    class Meta:
        """Its table."""

        db_table = "email"


class Phone(models.Model):
    """One of a customer's phone numbers."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="phones")
    phone = models.TextField()
    type = models.TextField(null=True, blank=True)
    is_primary = models.BooleanField()

    class Meta:
        """Its table."""

        db_table = "phone"


class Address(models.Model):
    """One of a customer's postal addresses."""

    id = models.BigAutoField(primary_key=True)
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="addresses")
    street = models.TextField(null=True, blank=True)
    city = models.TextField(null=True, blank=True)
    state = models.TextField(null=True, blank=True)
    zip_code = models.TextField(null=True, blank=True)
    country = models.TextField(null=True, blank=True)
    type = models.TextField(null=True, blank=True)
    is_primary = models.BooleanField()

    class Meta:
        """Its table."""

        db_table = "address"
