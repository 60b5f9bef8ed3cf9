"""PostgreSQL, Valkey and Mawa's own processes, started, watched and stopped by ourselves.

Nobody imports from the package root. The doors are `addresses.addresses`, `up.up`, `database.database_running`,
`throwaway.throwaway_services` and `doctor.checks`. What the supervisor needs imports neither pydantic, psycopg nor
app: it lives as long as the installation and its memory counts.
"""
