"""Writes the records of an NDJSON file as Parquet, in the ways of DuckDB and of Arrow: write.py RECORDS FOLDER"""

import sys

import duckdb
import pyarrow.json
import pyarrow.parquet

records, folder = sys.argv[1:]


def duck(name, select, options):
    duckdb.sql(f"COPY (SELECT {select} FROM read_json('{records}', sample_size = -1)) TO '{folder}/{name}.parquet' "
               f"(FORMAT parquet, ROW_GROUP_SIZE 2048, {options})")


duck("duckdb_snappy", "*", "COMPRESSION snappy")
duck("duckdb_zstd", "*", "COMPRESSION zstd, PARQUET_VERSION v2")
duck("duckdb_lz4", "*", "COMPRESSION lz4_raw")
duck("duckdb_json", "* REPLACE (to_json(properties) AS properties)", "COMPRESSION gzip")
duck("duckdb_texts", "* REPLACE (to_json(properties)::VARCHAR AS properties)", "COMPRESSION uncompressed")
duckdb.sql(f"COPY (SELECT properties, CreationTime, * EXCLUDE (properties, CreationTime, category), upper(category) AS CATEGORY "
           f"FROM read_json('{records}', sample_size = -1)) TO '{folder}/duckdb_moved.parquet' (FORMAT parquet)")
duckdb.sql(f"COPY (SELECT id AS name, 7 AS age FROM read_json('{records}', sample_size = -1)) "
           f"TO '{folder}/other.parquet' (FORMAT parquet)")
duckdb.sql("SET force_mbedtls_unsafe = 'true'")
duckdb.sql("PRAGMA add_parquet_key('key', '0123456789112345')")
duckdb.sql(f"COPY (SELECT 1 AS a) TO '{folder}/encrypted.parquet' (FORMAT parquet, ENCRYPTION_CONFIG {{footer_key: 'key'}})")

table = pyarrow.json.read_json(records)
write = pyarrow.parquet.write_table
write(table, f"{folder}/arrow.parquet", row_group_size=1000)
write(table, f"{folder}/arrow_2.parquet", data_page_version="2.0", compression="zstd", row_group_size=1000, data_page_size=2000)
write(table, f"{folder}/arrow_old.parquet", version="1.0", use_deprecated_int96_timestamps=True, compression="gzip", data_page_size=500)
write(table, f"{folder}/arrow_plain.parquet", use_dictionary=False, compression="lz4", data_page_size=500)
write(table, f"{folder}/arrow_brotli.parquet", compression="brotli")
with pyarrow.parquet.ParquetFile(f"{folder}/arrow.parquet") as file:
    schema = file.schema
    leaves = [(schema.column(at).path, schema.column(at).physical_type) for at in range(len(schema.names))]
for name, texts, numbers in [("lengths", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BINARY_PACKED"),
                             ("prefixes", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT")]:
    of = {"BYTE_ARRAY": texts, "INT64": numbers, "DOUBLE": "BYTE_STREAM_SPLIT", "BOOLEAN": "RLE"}
    write(table, f"{folder}/arrow_{name}.parquet", use_dictionary=False, data_page_size=3000, data_page_version="2.0",
          column_encoding={path: of[kind] for path, kind in leaves})
