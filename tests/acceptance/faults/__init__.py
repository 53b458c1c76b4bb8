"""The fault matrix: each row breaks a whole Holdfast in one way and says what must come of it.

Rows are data (`rows_*`); `stage` starts the real processes, `acts` makes the fault, `talk` writes and counts
messages, `observe` looks at what came, `verdict` compares the two, `report` shows it.
"""
