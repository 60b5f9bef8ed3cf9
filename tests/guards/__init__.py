"""Rules over the whole project. Each is a function over data that lists what breaks it, tried on a planted offender."""
