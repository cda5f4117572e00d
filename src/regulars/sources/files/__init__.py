"""Files as a source: CSV of any kind, pages of either API's JSON, JSON Lines, in any encoding, of any size."""

from regulars.sources.files.encoding import ENCODING_DEFAULT, canonical
from regulars.sources.files.file import STDIN, File, records
from regulars.sources.files.shapes import FORMATS, FileFormat

__all__ = ["ENCODING_DEFAULT", "FORMATS", "STDIN", "File", "FileFormat", "canonical", "records"]
