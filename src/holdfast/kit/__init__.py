"""Small things without a word of the domain: clock, ids, logging, backoff, kill points, files.

Everything may use it and it uses nothing of ours. It never decides anything.
"""
