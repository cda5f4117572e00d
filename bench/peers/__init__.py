"""What people would build instead, measured beside regulars on the same invented customers in one run.

.venv/bin/python -m bench.peers --customers 100000      (`make peers` makes the peers' environments first)
"""
