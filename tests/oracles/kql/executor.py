"""Runs the queries that Tokentrail writes for Sentinel, on DuckDB, to see what they find.

Input on stdin: {"schema": {table: {column: type}}, "jobs": [{"query": text, "now": "2026-…Z", "tables": {table: [row, …]},
"watchlists": {alias: [key, …]}}]}. A row is a JSON object of columns; `__arrived` is when it was ingested. Instead of its tables a job may
name one of "worlds": [tables, …] by its place, as "world". Output: a JSON array of {"rows": […]} or {"error": text}.

`_GetWatchlist("alias")` reads a table with the keys of that watchlist in the column `SearchKey`.
`ingestion_time()` is not known to the executor: it reads the column `__arrived` instead, which each table has here. Times come out
as microseconds since 1970, timespans as seconds, sets and dynamic values as JSON.
"""
import datetime
import functools
import itertools
import json
import re
import sys

import duckdb_kql

import kql_duck_ext
import kql_duck_short

NUMBERS = itertools.count()

TYPES = {
    "string": "VARCHAR", "datetime": "TIMESTAMP", "dynamic": "JSON", "long": "BIGINT", "int": "INTEGER",
    "real": "DOUBLE", "bool": "BOOLEAN",
}


def cell(value, kind):
    if kind == "string":
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)
    if value is None or value == "":
        return None
    if kind == "dynamic":
        return json.dumps(value)
    if kind == "datetime":
        return value.rstrip("Z")[:26]
    return value


def create(connection, schema):
    for table, columns in schema.items():
        fields = ", ".join(f'"{name}" {TYPES[kind]}' for name, kind in [*columns.items(), ("__arrived", "datetime")])
        connection.execute(f'CREATE TABLE "{table}" ({fields})')


def load(connection, schema, tables):
    for table, columns in schema.items():
        columns = {**columns, "__arrived": "datetime"}
        connection.execute(f'DELETE FROM "{table}"')
        rows = [[cell(row.get(name), kind) for name, kind in columns.items()] for row in tables.get(table, [])]
        if rows:
            places = ", ".join("?" * len(columns))
            connection.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)


def watchlist(alias):
    """The table of a watchlist."""
    return "Watchlist_" + re.sub(r"\W", "_", alias)


def load_watchlists(connection, watchlists):
    for alias, keys in watchlists.items():
        connection.execute(f'CREATE OR REPLACE TABLE "{watchlist(alias)}" ("SearchKey" VARCHAR)')
        if keys:
            connection.execute(f'INSERT INTO "{watchlist(alias)}" SELECT unnest(?::VARCHAR[])', [keys])


def plain(value):
    if isinstance(value, datetime.datetime):
        whole = value.replace(tzinfo=datetime.timezone.utc) - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return {"micros": whole // datetime.timedelta(microseconds=1)}
    if isinstance(value, datetime.timedelta):
        return value / datetime.timedelta(seconds=1)
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


@functools.cache
def translated(query, schema):
    """The SQL of a query. Reading KQL is what takes the time, and one query runs over many sets of events and at many times: what
    it knows of the time is a parameter."""
    tables = {table: list(columns) for table, columns in schema}
    some_time = datetime.datetime(2026, 1, 1)
    query = query.replace("ingestion_time()", "__arrived")
    query = re.sub(r'_GetWatchlist\("([^"]*)"\)', lambda match: watchlist(match.group(1)), query)
    return duckdb_kql.to_sql(query, schema=tables, query_now=some_time)


class Prepared:
    """A query that runs many times: planning it is what takes the time where tables are small."""

    def __init__(self, connection, query, schema):
        sql = translated(query, schema)
        self.parameters = list(sql.parameters or {})
        self.name = f"query{next(NUMBERS)}"
        connection.execute(f"PREPARE {self.name} AS {sql}")

    def run(self, connection, now):
        values = ", ".join(f"{name} := TIMESTAMP '{now.rstrip('Z').replace('T', ' ')}'" for name in self.parameters)
        found = connection.execute(f"EXECUTE {self.name}({values})" if values else f"EXECUTE {self.name}")
        names, kinds = [column[0] for column in found.description], [str(column[1]) for column in found.description]
        rows = []
        for row in found.fetchall():
            values = [
                json.loads(value) if kind == "JSON" and isinstance(value, str) else plain(value)
                for value, kind in zip(row, kinds)]
            rows.append(dict(zip(names, values)))
        return rows


def main():
    work = json.load(sys.stdin)
    names = tuple((table, (*columns, "__arrived")) for table, columns in work["schema"].items())
    connection = duckdb_kql.connect()
    kql_duck_ext.install(connection)
    kql_duck_short.install()
    create(connection, work["schema"])
    answers, prepared, loaded, kept = [], {}, None, None
    for job in work["jobs"]:
        watchlists = job.get("watchlists", {})
        tables = (*names, *((watchlist(alias), ("SearchKey",)) for alias in watchlists))
        try:
            if watchlists != kept:
                kept = watchlists
                load_watchlists(connection, watchlists)
            wanted = work["worlds"][job["world"]] if "world" in job else job["tables"]
            if wanted is not loaded and wanted != loaded:
                loaded = wanted
                load(connection, work["schema"], loaded)
            query = (job["query"], tables)
            if query not in prepared:
                prepared[query] = Prepared(connection, *query)
            answers.append({"rows": prepared[query].run(connection, job["now"])})
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
