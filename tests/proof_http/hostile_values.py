"""What hostile, broken and merely unlucky clients put into parameters (trust.md, D1 to D5, D8).

CANARY stands for a text, 73194275 for a number, that no answer may hold: an error never repeats what it was sent.
"""

from __future__ import annotations

from collections.abc import Iterator

CANARY = b"CANARY"
NUMBER_CANARY = b"73194275"

NUMBERS = [
    b"", b" ", b"0", b"-0", b"+1", b"-1", b"1 ", b" 1", b"1.0", b"1.", b".5", b"0.5", b"1e3", b"1e999", b"0x10",
    b"0b1", b"0o7", b"1_000", b"1,000", b"1'000", b"01", b"00000000000000000000000001", b"--1", b"-", b"+",
    b"NaN", b"nan", b"Infinity", b"-inf", b"null", b"None", b"undefined", b"true", b"[]", b"[1]", b"{}",
    b"2147483647", b"2147483648", b"4294967296", b"9007199254740991", b"9007199254740993",
    b"9223372036854775807", b"9223372036854775808", b"18446744073709551616", b"-9223372036854775809",
    b"1000000000", NUMBER_CANARY * 2, NUMBER_CANARY * 50, b"-" + NUMBER_CANARY * 50, b"9" * 400,
    b"-" + b"9" * 400, b"0" * 400 + b"1", NUMBER_CANARY * 900, "１２".encode(), "٣".encode(), "२".encode(),
    "Ⅷ".encode(), "½".encode(), "1\u200b".encode(), "−1".encode(), b"1\x00", b"\x001", b"1\n", b"1;2", b"1|2",
]  # fmt: skip

SYNTAX = [
    b'"', b'""', b'"CANARY', b"'", b"''", b"' OR '1'='1' -- CANARY", b"'; DROP TABLE customer; --CANARY",
    b'") OR 1=1 --CANARY', b"\\", b"\\\\", b"\\' OR 1", b"%", b"%%", b"%CANARY%", b"_", b"____", b"\\%", b"*",
    b"**", b"CANARY*", b"*CANARY", b"a*b*CANARY", b"^CANARY", b"^", b"CANARY^2", b"-CANARY", b"a -CANARY",
    b"+CANARY", b"NEAR(a CANARY)", b"NEAR(a CANARY, 99999)", b"NEAR/5", b"a NEAR CANARY", b"a AND CANARY",
    b"a OR CANARY", b"NOT CANARY", b"AND", b"OR NOT AND", b"col:CANARY", b"name:CANARY", b"{a b}:CANARY",
    b"-{a}:CANARY", b"(CANARY", b"CANARY)", b"((((((((((CANARY", b")" * 190, b"(" * 190, b'a"b"CANARY"',
    b"a+b CANARY", b"[CANARY]", b"{CANARY}", b"<CANARY>", b"$CANARY", b"${jndi:ldap://CANARY}",
    b"{{7*7}}CANARY", b"#{7*7}", b"<%= 7*7 %>CANARY", b"`id`CANARY", b"$(id)CANARY", b";id;CANARY", b"|id",
    b"../../../../etc/passwd", b"..\\..\\CANARY", b"file:///etc/CANARY", b"<script>alert('CANARY')</script>",
    b"<img src=x onerror=CANARY>", b"javascript:CANARY", b"=cmd|' /C CANARY'!A0", b"@SUM(1+1)CANARY",
    b"\tCANARY", b"CANARY\r\nX-Evil: 1", b"CANARY\nSet-Cookie: a=b", b"\x1b[31mCANARY", b"\x1b$B",
    b"\x07\x08CANARY\x7f", b"\x00", b"CANARY\x00b", b"a\x00", b"(a+)+$CANARY", b"(a|a)*CANARY",
    b"a" * 150 + b"!CANARY", b"^(([a-z])+.)+[A-Z]([a-z])+$", b"SELECT * FROM sqlite_master",
    b"UNION SELECT CANARY", b"1;SELECT pg_sleep(9)", b"x' AND randomblob(1000000000) --",
    b"highlight(s,0,'CANARY','')", b"rank MATCH 'bm25(9)'", b"rowid:1", b"a\\u0000CANARY", b"%00CANARY",
    b"%2e%2e%2fCANARY", b"%c0%ae", b"__proto__", b"constructor", b"a" * 199, b"a" * 200, b"a" * 201,
    b"CANARY" * 40, b"a b c d e f g h i j k l m n o p q r s t u v w x y z CANARY", b"1 " * 99, b"a " * 99,
    b"ab" * 100, b"@", b"@@@@", b".", b"...", b"-", b"--", b"a@b", b"CANARY@example.com", b"@CANARY", b"@gmail",
    b"555", b"55", b"5", b"(555) 123-4567", b"+", b"+1", b"0" * 200, b"1-2-3-4-5-6-7-8-9", b"e", b"a", b"the",
]  # fmt: skip

UNICODE = [
    "Zoë CANARY", "ＣＡＮＡＲＹ", "Ünïcödé CANARY", "名前 CANARY", "ÇANARY", "ß", "ﬁ", "İ", "ı", "ſ", "Å",
    "\u212b", "A\u030a", "\u0301", "a" + "\u0301" * 150, "\u0301" * 200, "a" + "\u0489" * 190, "\u200d",
    "\u200b", "\ufeffCANARY", "\ufffd", "\ufffe", "\uffff", "\U0010ffff", "\ue000", "\u202eCANARY",
    "\u2066CANARY\u2069", "\u061c", "a\u00adb", "👩‍👩‍👧‍👦 CANARY", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👍🏽", "Z̵̡a̷l̶g̸o̷ CANARY",
    "ﷺ", "ﷺ" * 150, "𒐫", "ꙮ", "\u0000", "\u0085", "\u2028CANARY", "\u00a0", "\u3000", "٠١٢٣٤٥", "𝟙𝟚𝟛𝟜𝟝", "①②③",
    "½", "ÿ", "ö" * 200, "😀" * 200, "😀" * 201, "한국어", "ไทย", "עברית CANARY", "العربية", "ı̇", "ŉ", "ǰ",
    "ΐ", "ﬀ" * 100, "Σίσυφος", "ς",
]  # fmt: skip

BROKEN_BYTES = [
    b"\xff", b"\xfe\xff", b"\xffCANARY", b"CANARY\xff", b"\x80", b"\xbf", b"\xc0\xaf", b"\xc0\x80",
    b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\xbd\xed\xb8\x80",
    b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"a\xc3(CANARY",
    "Luís".encode("latin-1"), "Zoë".encode("utf-16"), b"\x81\x30\x81\x30",
]  # fmt: skip

TIMES = [
    b"0", b"0.5", b"-1", b"1700000000", b"1700000000000", b"1700000000.5", NUMBER_CANARY * 2, b"0000-01-01",
    b"0000-12-31T23:59:59Z", b"0001-01-01", b"0001-01-01T00:00:00+14:00", b"9999-12-31",
    b"9999-12-31T23:59:59.999999999Z", b"9999-12-31T23:59:59-23:59", b"10000-01-01", b"10000-01-01T00:00:00Z",
    b"-0001-01-01", b"+2024-01-01", b"2024-02-29", b"2023-02-29", b"2024-02-30", b"2024-13-01", b"2024-00-10",
    b"2024-01-00", b"2024-1-1", b"24-01-01", b"20240101", b"2024-001", b"2024-W01-1", b"2024-01", b"2024",
    b"2024-01-01T", b"2024-01-01T00", b"2024-01-01T00:00", b"2024-01-01T24:00:00Z", b"2024-01-01T23:59:60Z",
    b"2016-12-31T23:59:60Z", b"9999-12-31T23:59:60Z", b"2024-01-01T23:59:61Z", b"2024-01-01T00:00:00",
    b"2024-01-01T00:00:00z", b"2024-01-01t00:00:00Z", b"2024-01-01 00:00:00Z", b"2024-01-01T00:00:00+00:00",
    b"2024-01-01T00:00:00 00:00", b"2024-01-01T00:00:00-00:00", b"2024-01-01T00:00:00+24:00",
    b"2024-01-01T00:00:00+23:60", b"2024-01-01T00:00:00+0000", b"2024-01-01T00:00:00+00",
    b"2024-01-01T00:00:00.Z", b"2024-01-01T00:00:00.1Z", b"2024-01-01T00:00:00.123456789Z",
    b"2024-01-01T00:00:00.1234567890Z", b"2024-01-01T00:00:00,5Z", b"2024-01-01T00:00:00ZZ",
    b"2024-01-01T00:00:00Z CANARY", b"2024-01-01T00:00:00[Europe/Berlin]", b"Mon, 01 Jan 2024 00:00:00 GMT",
    b"01/02/2024", b"now", b"yesterday", b"CANARY", b"P1D", b"null", b"-", b"T00:00:00Z",
    "２０２４-01-01".encode(), b"2024-01-01\x00", b"2024-01-01\n", b"2999-01-01",
    b"1969-12-31T23:59:59.999999Z", b"1970-01-01",
]  # fmt: skip

FLAGS = [
    b"", b"true", b"True", b"TRUE", b"false", b"1", b"0", b"yes", b"on", b"t", b"null", b" true", b"true ",
    b"tr\xc3\xbce", b"CANARY", b"[]", b"true,true",
]  # fmt: skip

WORDS = [
    b"DEFAULT", b"default", b"CREATED_AT", b"created_at", b"UPDATED_AT", b"ASC", b"asc", b"DESC", b"ASC,DESC",
    b"ASC;DESC", b"ASC LIMIT 1", b"CANARY",
]  # fmt: skip

VERSIONS = [
    b"", b"2025-01-23", b"2025-1-23", b"0000-00-00", b"9999-99-99", b"2025-01-23T00:00:00Z", b"latest",
    b"CANARY", b"-1", b"2025-01-23, 2024-01-01",
]  # fmt: skip

LONG = [
    b"a" * 8_000, b"CANARY" * 1_300, b"%" * 8_000, b"\xf0\x9f\x98\x80" * 2_000, b'"' * 8_000, b"(" * 8_000,
    b"1" * 8_000, b"a " * 4_000, b"\xcc\x81" * 4_000, b"-" * 8_192, b"x" * 20_000,
]  # fmt: skip


def everything() -> Iterator[bytes]:
    """Every value there is, each once; any of them may be put anywhere."""
    unicode = [text.encode("utf-8", "surrogatepass") for text in UNICODE]
    yield from dict.fromkeys(
        [*NUMBERS, *SYNTAX, *unicode, *BROKEN_BYTES, *TIMES, *FLAGS, *WORDS, *VERSIONS, *LONG]
    )
