"""For the tests of others: of programs that talk to Square, and of kinds of sources.

`sandbox` starts a whole regulars; `conformance` holds what every kind of source keeps to, `tills` what to try it with.
`postgres` starts a PostgreSQL of one's own.
"""
