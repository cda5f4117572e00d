"""Names in Cyrillic and Greek are found as they stand and in Latin letters, while they are typed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regulars.model.customer import Customer, Email
from regulars.normalise import fold, index_words, latin, matches, query, sort_key

RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
OTHERS = "ґєіїўѓќѕјљњћџђѐѝ"
EASTERN = "әғқңөұүһҗҷҳҙҡҫҕҥҝҹӕӏӣӯӑӗ"
GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰἄῷᾳ"
LATIN = "abcdefghijklmnopqrstuvwxyzłøßæœþđıéñüç"
MARKS = "\u0301\u0306\u0308"
ALPHABETS = (RUSSIAN, RUSSIAN + OTHERS, RUSSIAN + EASTERN, GREEK, LATIN, RUSSIAN + GREEK + LATIN + MARKS)

names = st.one_of([st.text(letters + letters.upper(), min_size=1, max_size=14) for letters in ALPHABETS])


def finds(text: str, customer: Customer) -> bool:
    asked = query(text)
    return asked is not None and any(matches(each, index_words(customer)) for each in asked.readings)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Łukasz Søren Ñandú Straße", "lukasz soren nandu strasse"),
        ("Đorđe Ærø Œuvre Þór İsmail Işık", "dorde aero oeuvre thor ismail isik"),
        ("Иванов Щукина Юрий Цой", "ivanov shchukina yurii tsoi"),
        ("Ольга Объедкова Ёлкин ЁЛКИН", "olga obaedkova elkin elkin"),
        ("Євген Ґалаґан Їжак Діхтяр", "yevgen galagan izhak dikhtyar"),  # Ukrainian
        ("Юлия Мария Марія Зоя Ия", "yulia maria maria zoya ia"),
        ("Янка Быкаў", "yanka bykau"),  # Belarusian
        ("Първан Кънчев", "parvan kanchev"),  # Bulgarian
        ("Ђорђе Љуба Његош Џајић Ћирић", "dorde ljuba njegosh dzajic ciric"),  # Serbian
        ("Ѓорѓи Ќосев Ѕвездан", "gorgi kosev dzvezdan"),  # Macedonian
        (
            "Қайрат Әлия Ғалым Өмірбек Ұлан Үміт Һади Ңур",
            "kairat alia galym omirbek ulan umit hadi nur",
        ),  # Kazakh
        ("Ҷамшед Ҳаким Раҳимӣ", "jamshed hakim rahimi"),  # Tajik
        ("Җәлил Ҡаҙыр Ҫулпан", "jalil kazyr sulpan"),  # Tatar, Bashkir
        ("Хӏава Ӏадам Ӕхсар", "khava adam aekhsar"),  # Chechen, Ossetian
        ("Παπαδόπουλος ΠΑΠΑΔΟΠΟΥΛΟΣ παπαδοπουλοσ", "papadopoulos papadopoulos papadopoulos"),
        ("Ευάγγελος Αυγή Κυριάκος Χρήστος", "evaggelos avgi kyriakos christos"),
        ("Θάνος Ψαρρός Ξένη Ἀθηνᾶ", "thanos psarros xeni athina"),
        ("山田 هدى 김", "山田 هدى 김"),
    ],
)
def test_names_in_latin_letters(name: str, written: str) -> None:
    """Each language's own letters have their place, and what is neither Cyrillic nor Greek stays."""
    assert latin(name) == written


@given(st.text() | names)
@example("가ь\u11a8")
def test_twice_changes_nothing(text: str) -> None:
    """Whatever the text; and it is still folded."""
    once = latin(text)

    assert latin(once) == once == fold(once)


@given(names, st.data())
def test_the_start_of_a_name_is_the_start_of_what_it_becomes(name: str, data: st.DataObject) -> None:
    """So search while typing works, wherever one stops: also between a letter and its mark."""
    for form in ("NFC", "NFD"):
        typed = unicodedata.normalize(form, name)
        start = typed[: data.draw(st.integers(0, len(typed)))]

        assert latin(name).startswith(latin(start))


@given(names, st.data())
def test_either_script_finds_the_other(name: str, data: st.DataObject) -> None:
    """A name by its Latin letters, and who is written in Latin letters by the name."""
    written = latin(name)
    typed = written[: data.draw(st.integers(1, max(1, len(written))))]

    if any(map(str.isalnum, typed)):
        assert finds(typed, Customer(last_name=name))
        assert finds(name, Customer(last_name=written))
        assert finds(name.upper(), Customer(last_name=name))


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_folded_as_ever(text: str) -> None:
    """Nothing else happens to it."""
    assert latin(text) == fold(text) == text.lower()


def test_every_letter_of_these_alphabets_has_its_own() -> None:
    """None is left as it is."""
    for letters in (RUSSIAN, OTHERS, EASTERN, GREEK):
        assert latin(letters + letters.upper()).isascii()


def test_lists_are_sorted_as_before() -> None:
    """By a name's own letters: the order is for who reads it."""
    assert sort_key(Customer(first_name="Иван", last_name="Ёлкин")) == "иванелкин"


def test_emails_and_references_are_searched_alike() -> None:
    """A search text is in Latin letters whatever it is meant for, so what it finds is, too."""
    customer = Customer(pos_ref="К-17", emails=(Email("иван@пример.example", "иван@пример.example"),))

    for text in ("к-17", "k-17", "иван@пример", "ivan@", "@primer.example", "ПРИМЕР"):
        assert finds(text, customer)
