"""Every operation that a client of Square's customers asks for, and what the SDKs of both ages call it."""

from __future__ import annotations

from typing import NamedTuple


class Operation(NamedTuple):
    """The older SDKs know an operation as `api.name`, the newer ones as `call`."""

    api: str
    call: str
    path: tuple[str, ...]
    # The parameters of its URL, in the order of the older SDKs; None: it sends a body.
    query: tuple[str, ...] | None


# api of the older SDKs; under it: operation | call of the newer SDKs | path | query, or "body"
_TABLE = """
customers
    list_customers | customers.list | | cursor limit sort_field sort_order count
    create_customer             | customers.create                  |                        | body
    retrieve_customer           | customers.get                     | customer_id            |
    update_customer             | customers.update                  | customer_id            | body
    delete_customer             | customers.delete                  | customer_id            | version
    search_customers            | customers.search                  |                        | body
    bulk_create_customers       | customers.batch_create            |                        | body
    bulk_retrieve_customers     | customers.bulk_retrieve_customers |                        | body
    bulk_update_customers       | customers.bulk_update_customers   |                        | body
    bulk_delete_customers       | customers.bulk_delete_customers   |                        | body
    add_group_to_customer       | customers.groups.add              | customer_id group_id   |
    remove_group_from_customer  | customers.groups.remove           | customer_id group_id   |
    create_customer_card        | customers.cards.create            | customer_id            | body
    delete_customer_card        | customers.cards.delete            | customer_id card_id    |
customer_groups
    list_customer_groups        | customers.groups.list             |                        | cursor limit
    create_customer_group       | customers.groups.create           |                        | body
    retrieve_customer_group     | customers.groups.get              | group_id               |
    update_customer_group       | customers.groups.update           | group_id               | body
    delete_customer_group       | customers.groups.delete           | group_id               |
customer_segments
    list_customer_segments      | customers.segments.list           |                        | cursor limit
    retrieve_customer_segment   | customers.segments.get            | segment_id             |
customer_custom_attributes
    list_customer_custom_attribute_definitions    | customers.custom_attribute_definitions.list   |     | limit cursor
    create_customer_custom_attribute_definition   | customers.custom_attribute_definitions.create |     | body
    retrieve_customer_custom_attribute_definition | customers.custom_attribute_definitions.get    | key | version
    update_customer_custom_attribute_definition   | customers.custom_attribute_definitions.update | key | body
    delete_customer_custom_attribute_definition   | customers.custom_attribute_definitions.delete | key |
    bulk_upsert_customer_custom_attributes | customers.custom_attribute_definitions.batch_upsert |   | body
    list_customer_custom_attributes | customers.custom_attributes.list | customer_id | limit cursor with_definitions
    retrieve_customer_custom_attribute | customers.custom_attributes.get | customer_id key | with_definition version
    upsert_customer_custom_attribute    | customers.custom_attributes.upsert | customer_id key | body
    delete_customer_custom_attribute    | customers.custom_attributes.delete | customer_id key |
locations
    list_locations              | locations.list                    |                        |
    create_location             | locations.create                  |                        | body
    retrieve_location           | locations.get                     | location_id            |
    update_location             | locations.update                  | location_id            | body
merchants
    list_merchants              | merchants.list                    |                        | cursor
    retrieve_merchant           | merchants.get                     | merchant_id            |
o_auth
    obtain_token                | o_auth.obtain_token               |                        | body
    retrieve_token_status       | o_auth.retrieve_token_status      |                        |
webhook_subscriptions
    list_webhook_event_types    | webhooks.event_types.list         |                        | api_version
    list_webhook_subscriptions | webhooks.subscriptions.list | | cursor include_disabled sort_order limit
    create_webhook_subscription | webhooks.subscriptions.create     |                        | body
    retrieve_webhook_subscription | webhooks.subscriptions.get      | subscription_id        |
    update_webhook_subscription | webhooks.subscriptions.update     | subscription_id        | body
    delete_webhook_subscription | webhooks.subscriptions.delete     | subscription_id        |
    test_webhook_subscription   | webhooks.subscriptions.test       | subscription_id        | body
    update_webhook_subscription_signature_key | webhooks.subscriptions.update_signature_key | subscription_id | body
events
    search_events               | events.search_events              |                        | body
    enable_events               | events.enable_events              |                        |
    disable_events              | events.disable_events             |                        |
    list_event_types            | events.list_event_types           |                        | api_version
"""


def _read() -> dict[str, Operation]:
    operations, api = {}, ""
    for line in _TABLE.splitlines()[1:]:
        if "|" not in line:
            api = line
            continue
        name, call, path, query = (cell.strip() for cell in line.split("|"))
        sent = None if query == "body" else tuple(query.split())
        operations[name] = Operation(api, call, tuple(path.split()), sent)
    return operations


OPERATIONS = _read()
