"""Sessions: what every number is doing, and why.

Facts of the engine and wishes of owners enter; states, timeline and commands to the engine leave. It decides everything
about connections and nothing about messages; only `machine.py` changes a state, and only the supervisor calls it.
"""
