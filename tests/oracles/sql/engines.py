"""Runs the queries that Tokentrail writes as SQL, to see what they find.

Argument: duckdb, spark or clickhouse. Input on stdin: {"worlds": [{view: {"columns": {name: type}, "rows": [[value, …], …]}}],
"jobs": [{"query": text, "now": micros, "world": place in worlds, "analyse": whether it is only taken, not run, "before": [statement, …]}]}. Types are text, whole, real, bool and time (microseconds since 1970). Output: a JSON array of
{"rows": […]} or {"error": text}. Times come out as {"micros": number}.

The clock of a query is set by writing the moment where it asks for the time.
"""
import datetime
import json
import sys

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def moment(micros):
    return None if micros is None else EPOCH + datetime.timedelta(microseconds=micros)


def plain(value):
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return {"micros": (aware - EPOCH) // datetime.timedelta(microseconds=1)}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value


class DuckDb:
    TYPES = {"text": "VARCHAR", "whole": "BIGINT", "real": "DOUBLE", "bool": "BOOLEAN", "time": "TIMESTAMP"}
    NOW = "epoch_us(now())"

    def __init__(self):
        import duckdb
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")

    def load(self, view, columns, rows):
        fields = ", ".join(f'"{name}" {self.TYPES[kind]}' for name, kind in columns.items())
        self.connection.execute(f'CREATE OR REPLACE TABLE "{view}" ({fields})')
        if rows:
            # One text is read faster than many values are bound.
            cells = [
                f"make_timestamp(r[{place}]::BIGINT)" if kind == "time" else f"r[{place}]::{self.TYPES[kind]}"
                for place, kind in enumerate(columns.values(), 1)
            ]
            self.connection.execute(
                f'INSERT INTO "{view}" SELECT {", ".join(cells)} FROM (SELECT unnest(from_json(?, \'[["VARCHAR"]]\')) AS r)',
                [json.dumps([[None if value is None else str(value) for value in row] for row in rows])],
            )

    def execute(self, statement):
        self.connection.execute(statement)

    def analyse(self, query):
        self.connection.execute(f"EXPLAIN {query}")
        return []

    def run(self, query):
        relation = self.connection.sql(query)
        names = list(relation.columns)
        return [dict(zip(names, map(plain, row))) for row in relation.fetchall()]


class Spark:
    TYPES = {"text": "string", "whole": "bigint", "real": "double", "bool": "boolean", "time": "timestamp"}
    NOW = "unix_micros(now())"

    def __init__(self):
        from pyspark.sql import SparkSession
        builder = SparkSession.builder.master("local[2]").appName("tokentrail")
        # So little data is read faster than code is compiled for it, and one task is enough.
        for key, value in {
            "spark.sql.session.timeZone": "UTC", "spark.sql.ansi.enabled": "true", "spark.log.level": "ERROR",
            "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", "spark.default.parallelism": "1",
            "spark.sql.adaptive.enabled": "false", "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN", "spark.sql.leafNodeDefaultParallelism": "1",
        }.items():
            builder = builder.config(key, value)
        self.session = builder.getOrCreate()

    def load(self, view, columns, rows):
        names = ", ".join(f"`{name}`" for name in columns)
        kinds = list(columns.values())
        # Without a row there are the types of one.
        body = ", ".join(f"({', '.join(map(self.literal, row, kinds))})" for row in rows or [[None] * len(kinds)])
        rest = "" if rows else " WHERE FALSE"
        self.session.sql(f"CREATE OR REPLACE TEMPORARY VIEW `{view}` AS SELECT * FROM VALUES {body} AS t({names}){rest}")

    @classmethod
    def literal(cls, value, kind):
        if value is None:
            return f"CAST(NULL AS {cls.TYPES[kind]})"
        if kind == "time":
            return f"timestamp_micros({value})"
        if kind == "text":
            text = value.replace("\\", "\\\\").replace("'", "\\'")
            return f"'{text}'"
        return f"CAST('{value}' AS {cls.TYPES[kind]})"

    def execute(self, statement):
        # A table would be a folder here: whether the statement is right is all that is asked.
        self.session.sql(f"EXPLAIN {statement}" if "CREATE TABLE" in statement else statement)

    def analyse(self, query):
        self.session.sql(query)
        return []

    def run(self, query):
        frame = self.session.sql(query)
        return [{name: plain(row[name]) for name in frame.columns} for row in frame.collect()]


class ClickHouse:
    TYPES = {"text": "Nullable(String)", "whole": "Nullable(Int64)", "real": "Nullable(Float64)", "bool": "Nullable(Bool)", "time": "Nullable(DateTime64(6, 'UTC'))"}
    NOW = "toUnixTimestamp64Micro(now64(6))"

    def __init__(self):
        from chdb import session
        self.session = session.Session()
        self.session.query("CREATE DATABASE IF NOT EXISTS lake ENGINE = Atomic")
        self.session.query("USE lake")

    def load(self, view, columns, rows):
        fields = ", ".join(f'"{name}" {self.TYPES[kind]}' for name, kind in columns.items())
        self.session.query(f'DROP TABLE IF EXISTS "{view}"')
        self.session.query(f'CREATE TABLE "{view}" ({fields}) ENGINE = Memory')
        if not rows:
            return
        lines = []
        for row in rows:
            cells = {}
            for (name, kind), value in zip(columns.items(), row):
                if kind == "time" and value is not None:
                    value = moment(value).strftime("%Y-%m-%d %H:%M:%S.%f")
                cells[name] = value
            lines.append(json.dumps(cells))
        self.session.query(f'INSERT INTO "{view}" FORMAT JSONEachRow ' + "\n".join(lines))

    def execute(self, statement):
        self.session.query(statement)

    def analyse(self, query):
        self.session.query(f"EXPLAIN PLAN {query}")
        return []

    def run(self, query):
        text = str(self.session.query(query, "JSONCompactEachRowWithNamesAndTypes"))
        lines = [json.loads(line) for line in text.splitlines() if line]
        if not lines:
            return []
        names, kinds, *rows = lines
        return [{name: self.cell(value, kind) for name, kind, value in zip(names, kinds, row)} for row in rows]

    @staticmethod
    def cell(value, kind):
        if value is None:
            return None
        if "DateTime64" in kind:
            return plain(datetime.datetime.strptime(value, "%Y-%m-%d %H:%M:%S.%f"))
        if "Int64" in kind and isinstance(value, str):
            return int(value)
        return value


ENGINES = {"duckdb": DuckDb, "spark": Spark, "clickhouse": ClickHouse}


def main():
    engine = ENGINES[sys.argv[1]]()
    work = json.load(sys.stdin)
    answers, loaded = [], None
    for job in work["jobs"]:
        try:
            if job["world"] != loaded:
                loaded = job["world"]
                for view, content in work["worlds"][loaded].items():
                    engine.load(view, content["columns"], content["rows"])
            for statement in job.get("before", []):
                engine.execute(statement)
            query = job["query"].replace(engine.NOW, str(job["now"]))
            answers.append({"rows": engine.analyse(query) if job.get("analyse") else engine.run(query)})
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            answers.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
