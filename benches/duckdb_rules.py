"""The rules of benches/generate as queries for DuckDB, the best that we know how to write.

The log is read once, with an explicit schema and only the columns that the rules need, into a temporary table; every rule is one
exact sliding window over it, or all thresholds together are one (--fused). Prints what was found and what it took after the
import of the module, as JSON.

    python duckdb_rules.py three RULES.json ... --events FILE [--shape ndjson|flat|nested] [--threads 2] [--fused]
    python duckdb_rules.py --write flat|nested --events FILE.ndjson --out FILE.parquet
"""

import argparse
import json
import resource
import time

import duckdb

SOURCES = {"entra.signin": 1, "graph.activity": 2, "m365.audit": 3}
GRAPH = "00000003-0000-0000-c000-000000000000"
# The resources that the set has; the catalogue knows more of them.
SERVICES = {
    GRAPH: "graph",
    "00000002-0000-0ff1-ce00-000000000000": "exchange",
    "00000003-0000-0ff1-ce00-000000000000": "sharepoint",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe": "teams",
}
# What the records look like: places differ in type, an object in sign-ins and a text in Graph activity.
PROPERTIES = {
    "id": "VARCHAR",
    "requestId": "VARCHAR",
    "createdDateTime": "TIMESTAMP",
    "timeGenerated": "TIMESTAMP",
    "uniqueTokenIdentifier": "VARCHAR",
    "signInActivityId": "VARCHAR",
    "sessionId": "VARCHAR",
    "C_Sid": "VARCHAR",
    "userId": "VARCHAR",
    "userPrincipalName": "VARCHAR",
    "ipAddress": "VARCHAR",
    "location": "JSON",
    "resourceId": "VARCHAR",
    "appId": "VARCHAR",
    "status": "STRUCT(errorCode INTEGER)",
    "responseStatusCode": "INTEGER",
    "requestMethod": "VARCHAR",
}
CONTEXT = {"UniqueTokenId": "VARCHAR", "AADSessionId": "VARCHAR", "ClientAppId": "VARCHAR"}
TOP = {
    "category": "VARCHAR",
    "CreationTime": "TIMESTAMP",
    "Id": "VARCHAR",
    "Workload": "VARCHAR",
    "Operation": "VARCHAR",
    "ClientIP": "VARCHAR",
    "UserId": "VARCHAR",
    "TokenObjectId": "VARCHAR",
    "UserKey": "VARCHAR",
}


def service_of(resource_id):
    cases = " ".join(f"WHEN '{one}' THEN '{name}'" for one, name in SERVICES.items())
    return f"CASE {resource_id} {cases} ELSE {resource_id} END"


WORKLOAD = "CASE Workload WHEN 'Exchange' THEN 'exchange' WHEN 'MicrosoftTeams' THEN 'teams' ELSE 'sharepoint' END"
# Columns of the table that the rules read, from the records, and from a flat table with the columns of Log Analytics.
NESTED = {
    "src": "CASE category WHEN 'SignInLogs' THEN 1 WHEN 'MicrosoftGraphActivityLogs' THEN 2 ELSE 3 END::UTINYINT",
    "ts": "coalesce(p.createdDateTime, p.timeGenerated, CreationTime)",
    "token": "nullif(coalesce(p.uniqueTokenIdentifier, p.signInActivityId, AppAccessContext.UniqueTokenId), '')",
    "session": "nullif(coalesce(p.sessionId, p.C_Sid, AppAccessContext.AADSessionId), '')",
    "user_id": "nullif(coalesce(p.userId, TokenObjectId, UserKey), '')",
    "ip": "coalesce(p.ipAddress, ClientIP)",
    "country": "CASE category WHEN 'SignInLogs' THEN p.location->>'countryOrRegion' END",
    "service": f"CASE category WHEN 'SignInLogs' THEN {service_of('p.resourceId')}"
    f" WHEN 'MicrosoftGraphActivityLogs' THEN 'graph' ELSE {WORKLOAD} END",
    "app_id": "coalesce(p.appId, AppAccessContext.ClientAppId)",
    "code": "p.status.errorCode",
    "status_code": "p.responseStatusCode",
    "operation": "Operation",
}
FLAT = {
    "src": "CASE Type WHEN 'SigninLogs' THEN 1 WHEN 'MicrosoftGraphActivityLogs' THEN 2 ELSE 3 END::UTINYINT",
    "ts": "TimeGenerated",
    "token": "coalesce(UniqueTokenIdentifier, SignInActivityId, nullif(AppAccessContext->>'UniqueTokenId', ''))",
    "session": "SessionId",
    "user_id": "CASE Type WHEN 'OfficeActivity' THEN UserKey ELSE UserId END",
    "ip": "coalesce(IPAddress, ClientIP)",
    "country": "Location",
    "service": f"CASE Type WHEN 'SigninLogs' THEN {service_of('ResourceIdentity')}"
    f" WHEN 'MicrosoftGraphActivityLogs' THEN 'graph' ELSE {WORKLOAD.replace('Workload', 'OfficeWorkload')} END",
    "app_id": "coalesce(AppId, AppAccessContext->>'ClientAppId')",
    "code": "ResultType::INTEGER",
    "status_code": "ResponseStatusCode",
    "operation": "Operation",
}
# The flat table, from the records.
FLAT_COLUMNS = f"""
    CASE category WHEN 'SignInLogs' THEN 'SigninLogs' WHEN 'MicrosoftGraphActivityLogs' THEN category ELSE 'OfficeActivity' END AS Type,
    {NESTED['ts']} AS TimeGenerated,
    p.id AS Id, p.requestId AS RequestId, r.Id AS OfficeId,
    nullif(p.uniqueTokenIdentifier, '') AS UniqueTokenIdentifier, nullif(p.signInActivityId, '') AS SignInActivityId,
    CASE WHEN category IS NULL THEN to_json(AppAccessContext)::VARCHAR END AS AppAccessContext,
    coalesce(p.sessionId, p.C_Sid) AS SessionId,
    coalesce(p.userId, r.UserId) AS UserId, p.userPrincipalName AS UserPrincipalName,
    coalesce(TokenObjectId, UserKey) AS UserKey,
    p.ipAddress AS IPAddress, ClientIP,
    p.status.errorCode::VARCHAR AS ResultType, p.responseStatusCode AS ResponseStatusCode, p.requestMethod AS RequestMethod,
    Operation, Workload AS OfficeWorkload, p.appId AS AppId, p.resourceId AS ResourceIdentity,
    {NESTED['country']} AS Location"""


def struct(fields):
    return "STRUCT(" + ", ".join(f'"{name}" {kind}' for name, kind in fields.items()) + ")"


def used(fields, text):
    return {name: kind for name, kind in fields.items() if name in text}


def records(path, text):
    """The records of a log of NDJSON, with the columns that a text names."""
    columns = {name: kind for name, kind in used(TOP, text).items()}
    columns["properties"] = struct(used(PROPERTIES, text))
    columns["AppAccessContext"] = struct(used(CONTEXT, text))
    listed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    return f"(SELECT *, properties AS p FROM read_json('{path}', format='newline_delimited', columns={{{listed}}}))"


def load(connection, path, shape, columns):
    """The table `e` with some columns."""
    source = NESTED if shape in ("ndjson", "nested") else FLAT
    chosen = {name: source[name] for name in columns}
    text = " ".join(chosen.values()) + " category"
    table = {
        "ndjson": lambda: records(path, text),
        "nested": lambda: f"(SELECT *, properties AS p FROM read_parquet('{path}'))",
        "flat": lambda: f"read_parquet('{path}')",
    }[shape]()
    listed = ", ".join(f"{expression} AS {name}" for name, expression in chosen.items())
    connection.execute(f"CREATE TEMP TABLE e AS SELECT {listed} FROM {table}")


def window(key, minutes):
    return f"(PARTITION BY {key} ORDER BY ts RANGE BETWEEN INTERVAL {minutes} MINUTE PRECEDING AND CURRENT ROW)"


THREE = {
    "countries": f"""SELECT DISTINCT token FROM (SELECT token, count(DISTINCT country) OVER {window("token", 60)} AS n
        FROM e WHERE src = 1 AND code = 0 AND token IS NOT NULL) WHERE n >= 3""",
    "services": f"""SELECT DISTINCT token FROM (SELECT token, count(DISTINCT service) OVER {window("token", 10)} AS n
        FROM e WHERE token IS NOT NULL) WHERE n >= 3""",
    # A sign-in from another address: the least or the greatest address of the window is another one.
    "moved": f"""SELECT DISTINCT token FROM (SELECT token, src, ip, min(CASE src WHEN 1 THEN ip END) OVER w AS low,
        max(CASE src WHEN 1 THEN ip END) OVER w AS high FROM e WHERE token IS NOT NULL AND (src = 1 AND code = 0 OR src = 2)
        WINDOW w AS {window("token", 60)}) WHERE src = 2 AND (low <> ip OR high <> ip)""",
}
THREE_COLUMNS = ["src", "ts", "token", "ip", "country", "service", "code"]


def column(field):
    return "code" if field == "result_code" else field


def literal(rule):
    return rule["value"] if rule["field"] in ("status_code", "result_code") else f"'{rule['value']}'"


def threshold(rule):
    """One threshold: only keys with enough events at all need a window."""
    source = SOURCES[rule["source"]]
    condition = f"src = {source} AND {column(rule['field'])} = {literal(rule)} AND {rule['key']} IS NOT NULL"
    counted = f"count(DISTINCT {rule['distinct']})" if rule["distinct"] else "count(*)"
    return f"""SELECT DISTINCT {rule['key']} FROM (SELECT {rule['key']}, {counted} OVER {window(rule['key'], rule['minutes'])} AS n
        FROM e WHERE {condition}) WHERE n >= {rule['least']}"""


def fused(connection, rules):
    """Thresholds that differ only in constants as one query: events joined with a table of rules."""
    found = {}
    groups = {}
    for rule in rules:
        groups.setdefault((rule["source"], rule["field"], rule["key"], rule["distinct"]), []).append(rule)
    for (source, field, key, distinct), group in groups.items():
        values = ", ".join(f"('{one['name']}', {literal(one)}, INTERVAL {one['minutes']} MINUTE, {one['least']})" for one in group)
        counted = f"count(DISTINCT {distinct})" if distinct else "count(*)"
        rows = connection.execute(
            f"""WITH r(name, value, width, least) AS (VALUES {values})
            SELECT DISTINCT name, k FROM (SELECT r.name, least, e.{key} AS k, {counted} OVER (PARTITION BY r.name, e.{key} ORDER BY ts
            RANGE BETWEEN width PRECEDING AND CURRENT ROW) AS n FROM e JOIN r ON e.{column(field)} = r.value
            WHERE e.src = {SOURCES[source]} AND e.{key} IS NOT NULL) WHERE n >= least"""
        ).fetchall()
        for name, value in rows:
            found.setdefault(name, []).append(value)
    return found


def run(arguments, connection):
    rules = [rule for path in arguments.rules if path != "three" for rule in json.load(open(path))]
    columns = list(THREE_COLUMNS) if "three" in arguments.rules else ["src", "ts"]
    for rule in rules:
        wanted = [column(rule["field"]), rule["key"], rule["distinct"]]
        columns += [name for name in wanted if name and name not in columns]
    load(connection, arguments.events, arguments.shape, columns)
    queries = dict(THREE) if "three" in arguments.rules else {}
    found = {}
    if arguments.fused:
        found = fused(connection, rules)
    else:
        queries |= {rule["name"]: threshold(rule) for rule in rules}
    for name, query in queries.items():
        found[name] = [row[0] for row in connection.execute(query).fetchall()]
    return found


def write(arguments, connection):
    if arguments.write == "flat":
        table = records(arguments.events, FLAT_COLUMNS)
        query = f"SELECT {FLAT_COLUMNS} FROM {table} r"
    else:
        everything = " ".join([*TOP, *PROPERTIES, *CONTEXT])
        columns = {name: kind for name, kind in TOP.items()}
        properties = dict(PROPERTIES, location="STRUCT(city VARCHAR, countryOrRegion VARCHAR)")
        listed = ", ".join(columns)
        place = "CASE category WHEN 'SignInLogs' THEN from_json(p.location, '{\"city\":\"VARCHAR\",\"countryOrRegion\":\"VARCHAR\"}') END"
        packed = ", ".join(f'"{name}" := ' + (place if name == "location" else f'p."{name}"') for name in properties)
        query = f"""SELECT {listed}, AppAccessContext, CASE WHEN category IS NOT NULL THEN struct_pack({packed}) END AS properties
            FROM {records(arguments.events, everything)}"""
    connection.execute(f"COPY ({query}) TO '{arguments.out}' (FORMAT parquet)")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("rules", nargs="*")
    parser.add_argument("--events", required=True)
    parser.add_argument("--shape", choices=["ndjson", "flat", "nested"], default="ndjson")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fused", action="store_true")
    parser.add_argument("--write", choices=["flat", "nested"])
    parser.add_argument("--out")
    arguments = parser.parse_args()
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    connection = duckdb.connect()
    order = "true" if arguments.write else "false"
    connection.execute(f"SET threads = {arguments.threads}; SET preserve_insertion_order = {order}; SET TimeZone = 'UTC'")
    found = write(arguments, connection) if arguments.write else run(arguments, connection)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"wall": wall, "cpu": cpu, "memory": after.ru_maxrss * 1024, "found": found}))


if __name__ == "__main__":
    main()
