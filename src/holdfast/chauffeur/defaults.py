"""An example of a tariff and a list of places to start from. In force until the owner writes another."""

from collections.abc import Mapping
from typing import Any, Final

PRICING: Final[Mapping[str, Any]] = {
    "currency": "EUR",
    "time_zone": "Europe/Berlin",
    "classes": [
        {
            **{"code": "sedan", "name": "Sedan", "seats": 3, "luggage": 3},
            **{"base": "5.00", "per_km": "1.85", "per_min": "0.40", "minimum": "25.00"},
            **{"waiting_per_min": "0.60"},
        },
        {
            **{"code": "van", "name": "Van", "seats": 7, "luggage": 7},
            **{"base": "8.00", "per_km": "2.40", "per_min": "0.50", "minimum": "35.00"},
            **{"waiting_per_min": "0.80"},
        },
    ],
    "zones": [
        {"code": "center", "name": "City centre", "center": [48.137, 11.575], "radius_km": 5},
        {"code": "airport", "name": "Airport", "places": ["muc"]},
    ],
    "fixed_routes": [
        {
            **{"name": "Airport transfer", "origin": "center", "destination": "airport"},
            **{"prices": {"sedan": "79.00", "van": "99.00"}},
        }
    ],
    "surcharges": [
        {"name": "Night", "from_time": "22:00", "until_time": "06:00", "percent": "25"},
        {"name": "Holiday", "holidays": True, "percent": "50"},
    ],
    "calendar": {"country": "DE", "subdivision": "BY"},
    "airports": {"*": {"pickup": "8.00", "dropoff": "4.00"}},
    "extra_stop": "7.50",
    "child_seat": "6.00",
    "vat": {"percent": "19", "included": True},
}

PLACES: Final[Mapping[str, Any]] = {
    "places": [
        {
            **{"id": "muc", "kind": "airport", "latitude": 48.3538, "longitude": 11.7861},
            "names": [
                "Munich Airport",
                "airport",
                "Flughafen München",
                "Flughafen",
                "aeroporto",
                "aeropuerto",
            ],
        },
        {
            **{"id": "hbf", "kind": "station", "latitude": 48.1402, "longitude": 11.5600},
            "names": [
                "Central Station",
                "main station",
                "Hauptbahnhof",
                "estação central",
                "estación central",
            ],
        },
        {
            **{"id": "marienplatz", "latitude": 48.1374, "longitude": 11.5755},
            "names": ["Marienplatz"],
        },
        {
            **{"id": "augsburg", "kind": "city", "latitude": 48.3705, "longitude": 10.8978},
            "names": ["Augsburg"],
        },
    ]
}
