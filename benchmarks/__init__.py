"""What Holdfast claims, measured on this machine: `make bench`, or `python -m benchmarks`.

What enters is the product itself (its processes, its API, its SDK) beside the simulator; what leaves are
figures with their goals, as JSON and as a table. It never talks to WhatsApp and never touches a data folder
that it did not make.
"""
