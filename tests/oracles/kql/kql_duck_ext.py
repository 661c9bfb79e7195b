"""Test-only additions to duckdb-kql's registries: exact aggregates and scalar UDFs it refuses. Import, then call install(con)."""
from duckdb_kql.translate import functions as F
A,f=F.AGGREGATE_FUNCTIONS,F._f
def agg(n,t,ar,**k): A[n]=F._a(n,t,ar,**k)
agg('count_distinct','count(DISTINCT {0})',(1,))
agg('count_distinctif','count(DISTINCT {0}) FILTER (WHERE {1})',(2,))
agg('minif','min({0}) FILTER (WHERE {1})',(2,)); agg('maxif','max({0}) FILTER (WHERE {1})',(2,))
agg('make_set_if',"to_json(coalesce(list(DISTINCT {0}) FILTER (WHERE ({1}) AND {0} IS NOT NULL), []))",(2,),name_prefix='set')
agg('make_list_if',"coalesce(list({0}) FILTER (WHERE ({1}) AND {0} IS NOT NULL), [])",(2,),name_prefix='list')
S=F.SCALAR_FUNCTIONS
for n,ar in dict(ipv4_is_private=1,ipv4_is_in_range=2,geo_distance_2points=4).items():
    S[n]=f(n,'template','ext_%s(%s)'%(n,', '.join('{%d}'%i for i in range(ar))),(ar,))
S['ipv4_is_in_any_range']=f('ipv4_is_in_any_range','template','ext_ipv4_is_in_any_range({0}, CAST(to_json({1}) AS VARCHAR))',(2,))
S['ipv6_is_in_any_range']=f('ipv6_is_in_any_range','template','ext_ipv6_is_in_any_range({0}, CAST(to_json({1}) AS VARCHAR))',(2,))
S['ipv6_is_in_range']=f('ipv6_is_in_range','template','ext_ipv6_is_in_range({0}, {1})',(2,))
S['set_intersect']=f('set_intersect','template','to_json(list_intersect(CAST(to_json({0}) AS JSON[]), CAST(to_json({1}) AS JSON[])))',(2,))
S['parse_ipv4']=f('parse_ipv4','template','ext_v4({0})',(1,))
S['parse_ipv6']=f('parse_ipv6','template','ext_parse_ipv6({0})',(1,))
S['unixtime_seconds_todatetime']=f('unixtime_seconds_todatetime','template',"make_timestamp(CAST({0} * 1000000 AS BIGINT))",(1,))

S['geo_info_from_ip_address']=f('geo_info_from_ip_address','template','ext_geo({0})',(1,))

# DuckDB SQL macros, so that numpy (which Python UDFs need) is not required
MACROS=[
 r"CREATE OR REPLACE MACRO ext_v4(ip) AS CASE WHEN regexp_full_match(ip, '\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?') THEN list_reduce(list_prepend(0::BIGINT, list_transform(string_split(split_part(ip,'/',1),'.'), lambda x: x::BIGINT)), lambda a, b: a*256+b) END",
 "CREATE OR REPLACE MACRO ext_v4bits(c) AS CASE WHEN contains(c,'/') THEN split_part(c,'/',2)::BIGINT ELSE 32 END",
 "CREATE OR REPLACE MACRO ext_ipv4_is_in_range(ip, c) AS (ext_v4(ip) >> (32 - ext_v4bits(c))) = (ext_v4(c) >> (32 - ext_v4bits(c)))",
 "CREATE OR REPLACE MACRO ext_ipv4_is_private(ip) AS ext_ipv4_is_in_range(ip,'10.0.0.0/8') OR ext_ipv4_is_in_range(ip,'172.16.0.0/12') OR ext_ipv4_is_in_range(ip,'192.168.0.0/16')",
 "CREATE OR REPLACE MACRO ext_ipv4_is_in_any_range(ip, cs) AS CASE WHEN ext_v4(ip) IS NULL THEN NULL ELSE len(list_filter(from_json(cs,'[\"VARCHAR\"]'), lambda x: ext_ipv4_is_in_range(ip, x))) > 0 END",
 "CREATE OR REPLACE MACRO ext_geo_distance_2points(lo1,la1,lo2,la2) AS 2*6371010.0*asin(sqrt(pow(sin(radians(la2-la1)/2),2)+cos(radians(la1))*cos(radians(la2))*pow(sin(radians(lo2-lo1)/2),2)))",
]
# DuckDB's inet extension cannot be fetched in a test, so IPv6 networks are compared by their 128 bits.
MACROS += [
 r"CREATE OR REPLACE MACRO ext_v6_groups(t) AS list_filter(string_split(t, ':'), lambda g: g <> '')",
 r"CREATE OR REPLACE MACRO ext_v6(ip) AS CASE WHEN contains(ip, ':') THEN list_reduce(list_prepend(0::UHUGEINT, list_transform(list_concat(list_concat(ext_v6_groups(split_part(split_part(ip,'/',1),'::',1)), CASE WHEN contains(ip,'::') THEN list_transform(range(8 - len(ext_v6_groups(split_part(ip,'/',1)))), lambda n: '0') ELSE [] END), ext_v6_groups(CASE WHEN contains(ip,'::') THEN split_part(split_part(ip,'/',1),'::',2) ELSE '' END)), lambda g: ('0x' || g)::BIGINT::UHUGEINT)), lambda a, b: a * 65536 + b) END",
 "CREATE OR REPLACE MACRO ext_v6bits(c) AS CASE WHEN contains(c,'/') THEN split_part(c,'/',2)::INTEGER ELSE 128 END",
 "CREATE OR REPLACE MACRO ext_ipv6_is_in_range(ip, c) AS CASE WHEN contains(ip, ':') THEN (ext_v6(ip) >> (128 - ext_v6bits(c))::UHUGEINT) = (ext_v6(c) >> (128 - ext_v6bits(c))::UHUGEINT) END",
 "CREATE OR REPLACE MACRO ext_ipv6_is_in_any_range(ip, cs) AS CASE WHEN NOT contains(ip, ':') THEN NULL ELSE len(list_filter(from_json(cs,'[\"VARCHAR\"]'), lambda x: ext_ipv6_is_in_range(ip, x))) > 0 END",
]
MACROS.append(r"CREATE OR REPLACE MACRO ext_parse_ipv6(ip) AS CASE WHEN regexp_full_match(ip, '[0-9a-fA-F:]*:[0-9a-fA-F:]*(/\d{1,3})?') THEN ip ELSE '' END")
# A world in which each documentation network lies in a country of its own; any other address is unknown.
MACROS.append("""CREATE OR REPLACE MACRO ext_geo(ip) AS CAST(CASE
 WHEN starts_with(ip, '192.0.2.') THEN '{"country":"Germany","city":"Berlin","latitude":52.5,"longitude":13.4}'
 WHEN starts_with(ip, '198.51.100.') THEN '{"country":"Czechia","city":"Prague","latitude":50.1,"longitude":14.4}'
 WHEN starts_with(ip, '203.0.113.') THEN '{"country":"United States","city":"Chicago","latitude":41.9,"longitude":-87.6}'
 END AS JSON)""")
def install(con):
    for m in MACROS: con.execute(m)

# Window functions over sorted rows. duckdb-kql refuses them; DuckDB's streaming window (an empty OVER clause) runs over the
# rows in the order that the ORDER BY below it gave, so these hold when the KQL sorts right before them.
def install_windows():
    S['prev']=f('prev','template','lag({0}) OVER ()',(1,))
    S['row_number']=f('row_number','template','row_number() OVER ()',(0,))
    S['row_cumsum']=f('row_cumsum','template','CAST(sum({0}) OVER (ROWS UNBOUNDED PRECEDING) AS BIGINT)',(1,))
