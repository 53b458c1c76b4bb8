"""The doctor: looks at a whole installation, says what is wrong, and repairs what it said it would.

Rooms and paths enter, a report leaves. It decides about nothing that is not in its report, and puts a copy of
what it changes into quarantine first.
"""

from holdfast.doctor.doctor import Doctor
from holdfast.doctor.places import Places
from holdfast.doctor.report import Check, Level, Report

__all__ = ["Check", "Doctor", "Level", "Places", "Report"]
