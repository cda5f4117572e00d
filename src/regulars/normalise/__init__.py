"""Makes a customer clean: what came stays, what was understood stands beside it, what is wrong is listed."""

from regulars.normalise.countries import country_code
from regulars.normalise.customer import customer
from regulars.normalise.name import fold, sort_key
from regulars.normalise.scripts import latin
from regulars.normalise.words import index_words, matches, query

__all__ = ["country_code", "customer", "fold", "index_words", "latin", "matches", "query", "sort_key"]
