"""How far it is. Pure."""

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
KM_A_DEGREE = 111.19  # of latitude


def km_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Kilometres along the surface of the earth (haversine); roads are longer."""
    north, east = radians(other_lat - lat), radians(other_lon - lon)
    chord = sin(north / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def are_within(km: float, lat: float, lon: float, other_lat: float, other_lon: float) -> bool:
    """Whether two lie so near each other; most do not by their latitude alone."""
    if abs(lat - other_lat) * KM_A_DEGREE > km:
        return False
    return km_between(lat, lon, other_lat, other_lon) <= km
