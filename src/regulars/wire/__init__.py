"""The wire formats, one page each: bytes to customer and back, without a thought for anything else.

Laws (docs/architecture.md), each a property test: `read(write(c)) == only(c, format)`, what that format can say, and
`write(read(write(c))) == write(c)`. `read` raises Invalid and nothing else, whatever bytes come.
"""
