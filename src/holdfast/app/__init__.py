"""The gateway's process: wires the rooms together and serves until it is told to stop.

`python -m holdfast.app` runs it, `python -m holdfast.app --stop-engine` ends the engine of the data folder.
Stopping the gateway leaves the engine and its connections running: the next gateway adopts them.
"""
