"""Alembic's folder: `env.py` and the revisions. A revision that was released is never edited."""
