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
BODY_SECONDS_MAX = 10.0  # how long a body may take to come; nobody else waits for it
BODIES_AWAITED_MAX = 1_024  # bodies on their way to one worker
BODIES_AWAITED_TOKEN_MAX = 128  # of these, from one token: whoever sends slowly takes only a part of the room
BODIES_BYTES_MAX = 67_108_864  # what has come of them, together: memory of one worker
COMPRESSED_BYTES_MIN = 1_024  # a smaller answer is not compressed: it fits into one packet as it is
INTEGER_DIGITS_MAX = 20  # digits of an integer parameter before it is read at all
RETRY_AFTER_SECONDS = 1  # what a busy store asks for
IDEMPOTENCY_MICROSECONDS = 86_400_000_000  # a day: how long an answer is kept under its idempotency key
VERSION_MAX = 2**63 - 1  # Square's version is an int64

# --- tokens -------------------------------------------------------------------------------------------------
TOKEN_LOCATIONS_MAX = 100  # Square's lists merge one index a location
TOKEN_RATE_MAX = 1_000_000  # requests a minute
LANGUAGE_LENGTH_MAX = 35  # of a location: RFC 5646, section 4.4.1
NAME_LENGTH_MAX = 200  # of accounts, locations, sources, tokens

# --- events and webhooks ------------------------------------------------------------------------------------
SHORT_IDEMPOTENCY_KEY_LENGTH_MAX = 45  # characters; Square says so of webhooks, groups and attributes
EVENT_DAYS = 28  # Square keeps events that long for POST /v2/events
EVENTS_PAGE_MAX = 100  # Square's POST /v2/events
EVENTS_DROPPED_MAX = 200  # events that are too old, dropped in one transaction
SUBSCRIPTIONS_MAX = 50  # of an account; each makes a delivery of every event
SUBSCRIPTION_TYPES_MAX = 200  # event types of one subscription; Square has about 150 in all
SUBSCRIPTION_NAME_LENGTH_MAX = 64  # Square says so
EVENT_TYPE_LENGTH_MAX = 100  # characters of an event type; the longest of ours has 51
NOTIFICATION_URL_LENGTH_MAX = 2_000  # characters; more than servers read
DELIVERY_SECONDS_MAX = 10.0  # contracts/square.md: a receiver has ten seconds to answer, from connecting on
DELIVERY_ANSWER_BYTES_MAX = 65_536  # of a receiver's answer that are read to find its status
DELIVERY_TEST_SECONDS_MAX = 2.0  # the same for a test, which a request waits for
LEASE_SECONDS = 60  # how long a delivery may take, its look-up and all, before another worker tries it
OLD_KEY_SECONDS = 86_400  # after a rotation the key before still signs as well
GIVEN_UP_SECONDS = 259_200  # three days of failures disable a subscription
RETRY_AFTER_SECONDS_MAX = 3_600  # the longest that a receiver's Retry-After is obeyed

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

# --- what Square's dialect takes of a customer (contracts/square.md 2.3) -------------------------------------
GIVEN_NAME_LENGTH_MAX = 300  # Square says so
FAMILY_NAME_LENGTH_MAX = 300  # Square says so
COMPANY_NAME_LENGTH_MAX = 500  # Square says so
NICKNAME_LENGTH_MAX = 100  # Square says so
EMAIL_LENGTH_MAX = 254  # Square says so; RFC 5321 too
REFERENCE_ID_LENGTH_MAX = 100  # Square says so
EU_VAT_LENGTH_MAX = 20  # Square says so
ADDRESS_TEXT_LENGTH_MAX = 500  # characters of each part of an address; the longest postal lines are under 100
PHONE_NUMBER_DIGITS_MIN = 9  # Square says so
PHONE_NUMBER_DIGITS_MAX = 16  # Square says so
PHONE_LENGTH_MAX = 40  # characters of a phone: 16 digits with more punctuation than digits
CARDS_MAX = 50  # cards of one customer; nobody has that many
CARD_NONCE_LENGTH_MAX = 500  # characters; Square's longest are under 100
CARDHOLDER_NAME_LENGTH_MAX = 96  # Square says so
BULK_CUSTOMERS_MAX = 100  # Square says so
MERGED_MAX = 20  # customers merged into one at a time: that holds the store as long as an import may
IDEMPOTENCY_KEY_LENGTH_MAX = 191  # characters; Square's longest

# --- groups and segments (contracts/square.md 2.2) --------------------------------------------------------------
GROUP_NAME_LENGTH_MAX = 1_000  # characters of the name of a group or a segment; Square takes more than 700
SETS_PAGE_MAX = 50  # Square says so of lists of groups, and of segments
SETS_OF_CUSTOMER_MAX = 1_000  # groups (and segments) of one customer; the rest stays in the record
OWN_SEGMENTS_MAX = 32  # of an account: every customer that is written is judged by each
SETS_CLEARED_MAX = 200  # members of a deleted group, or customers judged anew, in one transaction

# --- what Square's dialect takes of a search (contracts/square.md 2.6) ----------------------------------------
FILTER_TEXT_LENGTH_MAX = 512  # characters of an exact or fuzzy text; the longest reference fits
FILTER_IDS_MAX = 100  # ids, names or words of one list of a filter; nobody has that many groups
FILTER_SEGMENTS_MAX = 3  # Square says so
FILTER_ATTRIBUTES_MAX = 10  # Square says so
TWO_CHARACTERS_WALK_MAX = 1_024  # customers looked at in order before an index is asked for a word that short
ONE_CHARACTER_WALK_MAX = 4_096  # the same; so many fields hold one that listing them is dear

# --- custom attributes ----------------------------------------------------------------------------------------
ATTRIBUTE_KEY_LENGTH_MAX = 60  # Square says so
ATTRIBUTE_NAME_LENGTH_MAX = 255  # of definitions, their descriptions and options; Square says so
ATTRIBUTE_TEXT_LENGTH_MAX = 1_000  # characters of a value of type String; Square says so
ATTRIBUTE_NUMBER_MAX = 92_233_720_368_547  # Square says so: (2^63-1)/10^5
ATTRIBUTE_OPTIONS_MAX = 100  # options of a selection, and how many may be chosen; Square says so
ATTRIBUTES_PAGE_DEFAULT = 20  # Square says so, of definitions and attributes
DEFINITIONS_MAX = 200  # of an account; twice what Square allows an application
BULK_ATTRIBUTES_MAX = 25  # Square says so
ATTRIBUTES_DROPPED_MAX = 200  # values of a deleted definition that are dropped in one transaction

# --- searches for common words (docs/decisions/0024) -------------------------------------------------------------
COMMON_WORD_HITS = 2_000  # customers of one location: fewer are counted, or read one by one, in 0.3 ms
BITMAP_STEP_HITS = 20_000  # hits that one search puts into a bitmap: 2 ms on top of its own
BITMAP_ALONE_HITS = 200_000  # the same of a search for that word alone, if there are as many: 20 ms
BITMAP_CHORE_HITS = 50_000  # the same of a worker between requests, four times a second: 5 ms
BITMAP_CHANGES_MAX = 20_000  # changes that a bitmap is brought past; after more it is begun anew
BITMAP_RUNS_MAX = 500  # questions to the index that this may take: 5 ms
BITMAPS_BYTES_MAX = 33_554_432  # of one open store; a word of a million customers takes 130 KB
RARE_WORDS_MAX = 10_000  # words remembered as rare, each at one location
RARE_WORD_MICROSECONDS = 600_000_000  # for so long; a word that becomes common meanwhile only costs more

# --- searches that forgive (docs/concepts/searching.md) -------------------------------------------------------------
RANKED_MAX = 200  # hits that are put in order; the rest comes in list order
SLIP_LENGTH_MIN = 4  # letters of a word that may be mistyped; shorter ones are near too many others
SPELLINGS_MAX = 500  # words that are looked for instead of mistyped ones, together: 20 to 25 ms at a million
FORGIVING_RANGES_MAX = 20  # runs of neighbouring locations in which slips are looked for

# --- the native API ---------------------------------------------------------------------------------------------
NATIVE_SEARCHES_MAX = 10  # texts of one search, any of which will do; each walks an index of its own
NATIVE_SEARCH_LOOKS_MAX = 500  # customers looked at for one page of a search; each costs about 0.1 ms

# --- sources ----------------------------------------------------------------------------------------------------
SOURCE_ANSWER_BYTES_MAX = 33_554_432  # of one answer of a source; a page of 1,000 customers has under 2 MB
SOURCE_ANSWER_SECONDS_MAX = 60.0  # how long one answer may take to come whole
SOURCE_WAIT_SECONDS_MAX = (
    3_600  # the longest that a source's Retry-After is obeyed; the longest pause after failures
)
SOURCE_STATE_BYTES_MAX = 65_536  # what a source may want back to go on from
SOURCE_SHORT_WINDOW_SECONDS_MAX = (
    60  # a budget's window up to this is waited for after a kill; longer ones are kept
)
SOURCE_PATIENCE_SECONDS = (
    2.0  # a wait for budget up to this happens within a step; others are pulled meanwhile
)
SOURCE_EMPTY_PAGES_MAX = 50  # in a row before a walk counts as one that never ends
SOURCE_PAGES_MAX = 1_000_000  # of one walk; 100 million customers by the hundred
SOURCE_STATES_REMEMBERED = 128  # of a walk, so that a circle of so many pages is noticed
SOURCE_RESTARTS_MAX = 3  # of one run, before it counts as a failure
SOURCE_LEASE_SECONDS = 60  # how long a source is left to whoever pulls it, from each page on
SOURCE_ALARM_RECORDS_MIN = 100  # of one run before its share of unreadable records says anything
SOURCE_WANTED_TOGETHER = 20  # customers that webhooks spoke of, fetched at a time
TAP_LINE_BYTES_MAX = 2_097_152  # one message of a tap: a record at its bound, and what is around it
TAP_PAGE_BYTES_MAX = 8_388_608  # messages of one page, together; a thousand customers have under 2 MB
TAP_SILENT_SECONDS_DEFAULT = 300  # without a word from a tap before it counts as hanging
FOLDER_FILES_MAX = 1_000  # files of a watched folder; what is kept of each fits into a state
SOURCE_SECRET_BYTES_MAX = 65_536  # of a token file
SOURCE_URL_LENGTH_MAX = 2_000  # characters of a source's address; what browsers and proxies let pass

# --- webhooks that come in --------------------------------------------------------------------------------------
HOOK_AGE_SECONDS_MAX = (
    300  # a signed webhook older than that is refused, where its sender signs when it was sent
)
HOOK_REFS_MAX = 1_000  # customers that one webhook may speak of
HOOK_RATE_MAX = 6_000  # webhooks of one source a minute; a till's bulk edit sends some dozens a second
WANTED_MAX = (
    10_000  # customers of a source waiting to be fetched because of webhooks; the next walk finds the rest
)
HEARD_SECONDS = 259_200  # three days: no sender repeats a webhook for longer

# --- what a worker keeps ------------------------------------------------------------------------------------
KNOWN_LATELY_MAX = 1_000  # tokens and locations that are not read again while nobody writes
KEPT_BYTES_MAX = 33_554_432  # of answers that a worker gives again while nobody writes
KEPT_QUESTIONS_MAX = 8_192  # requests remembered as asked once, by a hash; who asks twice has the answer kept

# --- storage ------------------------------------------------------------------------------------------------
WRITE_SECONDS_MAX = 0.020  # docs/decisions/0005: how long an import holds the write lock at a time
BATCH_ROWS_MAX = 1_000  # records of one transaction, however fast they go
BUSY_MILLISECONDS = 10_000  # SQLite's own patience, a net under the turnstile; PostgreSQL's for a lock
DATABASE_CONNECTIONS_MAX = 12  # to PostgreSQL, of one process: each of its threads needs one
DATABASE_CONNECT_SECONDS = 5  # to wait for a connection, new or given back
DATABASE_TRIES_MAX = 5  # of a request that only reads, when the database broke it off
DATABASE_IDLE_SECONDS = 300.0  # an unused connection is closed after it
DATABASE_ABANDONED_MILLISECONDS = 60_000  # a transaction that nobody goes on with is undone
DATABASE_WAIT_MILLISECONDS = 15_000  # for one statement of a server
DATABASE_TOOL_WAIT_MILLISECONDS = 300_000  # for one of a command
SERVE_LOCK_SECONDS = 5.0  # how long `serve` waits for a dying server's lock
FREE_BYTES_MIN = 16_777_216  # less free disk than this refuses writes before they can fail half-way
