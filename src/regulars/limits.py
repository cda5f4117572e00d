"""Every bound of the program, with its name and its reason."""

from __future__ import annotations

# --- what both dialects accept -------------------------------------------------------------------------------
PAGE_SIZE_DEFAULT = 50  # Shift4 says so
PAGE_SIZE_MAX = 100  # Shift4 and Square say so
PAGE_MAX = 2**31 - 1  # contracts/shift4.md: `page` is 1…2^31−1
LOCATION_ID_MAX = 2**53 - 1  # the largest integer that JavaScript holds exactly
SEARCH_LENGTH_MAX = 200  # characters; longer is refused, a name and an e-mail fit twice
SEARCH_WORDS_MAX = 16  # words of one search; more add cost and no meaning
TOKEN_LENGTH_MAX = 512  # characters of a bearer token; ours have 46
CURSOR_LENGTH_MAX = 4_096  # characters; a sort key and an id at their limits make 3,400, others under 400
REF_LENGTH_MAX = 512  # characters of a posRef; longer ones are a record that cannot be read
BODY_BYTES_MAX = 1_048_576  # a request's body; Square's largest bulk call stays under 300 KB
INTEGER_DIGITS_MAX = 20  # digits of an integer parameter before it is read at all
RETRY_AFTER_SECONDS = 1  # what a busy store asks for

# --- tokens -------------------------------------------------------------------------------------------------
TOKEN_LOCATIONS_MAX = 100  # Square's lists merge one index a location
TOKEN_RATE_MAX = 1_000_000  # requests a minute
NAME_LENGTH_MAX = 200  # of accounts, locations, sources, tokens

# --- records and customers ----------------------------------------------------------------------------------
RECORD_BYTES_MAX = 1_048_576  # one record of a source; larger ones go to quarantine, cut to this
TEXT_LENGTH_MAX = 10_000  # characters of any one text field of a customer; the rest is cut, with a problem
CONTACTS_MAX = 100  # e-mails, phones, addresses of one customer; the rest stays in the record, with a problem
PROBLEMS_MAX = 100  # problems kept with one customer
PHONE_DIGITS_MIN = 5  # contracts/shift4.md: fewer digits are not served as a phone
PHONE_SEARCH_DIGITS_MIN = 3  # contracts/shift4.md: any run of three or more digits finds a phone
SORT_KEY_LENGTH_MAX = 96  # characters of Square's DEFAULT sort that count; keeps cursors and index rows short
SEARCH_TOKENS_MAX = 400  # index words of one customer; the rest is not searchable
TABLE_COLUMNS_MAX = 500  # columns of a CSV file

# --- storage ------------------------------------------------------------------------------------------------
WRITE_SECONDS_MAX = 0.020  # docs/decisions/0005: how long an import holds the write lock at a time
BATCH_ROWS_MAX = 1_000  # records of one transaction, however fast they go
BUSY_MILLISECONDS = 10_000  # SQLite's own patience, a net under the turnstile
SERVE_LOCK_SECONDS = 5.0  # how long `serve` waits for a dying server's lock
FREE_BYTES_MIN = 16_777_216  # less free disk than this refuses writes before they can fail half-way
