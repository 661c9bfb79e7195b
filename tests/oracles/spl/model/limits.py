"""What Splunk cuts off without a word, as limits.conf of Splunk 10.6 ships it (`stanza.setting`).

https://help.splunk.com/en/splunk-enterprise/administer/admin-manual/10.0/configuration-file-reference/limits.conf
A job may set others, so that a test need not make 50,000 events.
"""
from .refused import Refused

SHIPPED = {
    # Events in a window of streamstats; it applies without `window` and `time_window`, too:
    # https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/streamstats
    "stats.max_stream_window": 10_000,
    # Values of values(); 0 is no limit. The second is how long a value may be.
    "stats.maxvalues": 0,
    "stats.maxvaluesize": 0,
    # Megabytes of eventstats and streamstats, which then stop adding fields.
    "default.max_mem_usage_mb": 200,
    # Megabytes of mvexpand, which then drops rows.
    "mvexpand.max_mem_usage_mb": 500,
    # Rows of a subsearch, and characters of a text that spath looks at.
    "subsearch.maxout": 10_000,
    "spath.extraction_cutoff": 5_000,
    # Rows of makeresults.
    "makeresults.maxresultrows": 50_000,
    # Rows that an alert acts on.
    "scheduler.max_action_results": 50_000,
    # Rows that a lookup finds for one value (transforms.conf), bytes of a lookup that is held in memory.
    "lookup.max_matches": 1000,
    "lookup.max_memtable_bytes": 26_214_400,
    # Fields of an event that are extracted by themselves, and characters of it that are looked at.
    "kv.limit": 100,
    "kv.maxchars": 10_240,
}

# Commands that are never written, because of what they leave out.
NEVER = {
    "append": "the results of a subsearch end at 10,000 (subsearch.maxout) and after 60 seconds (subsearch.maxtime)",
    "appendcols": "the results of a subsearch end at 10,000 (subsearch.maxout) and after 60 seconds (subsearch.maxtime)",
    "appendpipe": "the results of a subsearch end at 10,000 (subsearch.maxout)",
    "join": "the rows of its subsearch end at 50,000 (join.subsearch_maxout) and after 60 seconds (join.subsearch_maxtime)",
    "union": "a search that is not streaming in it is a subsearch, which ends at 10,000 (subsearch.maxout)",
    "set": "the rows of its subsearches end at 50,000 (set.maxresultrows)",
    "transaction": "it evicts what does not fit into 5,000 open ones (transactions.maxopentxn) of 1,000 events each",
    "top": "its rows end at 50,000 (top.maxresultrows)",
    "rare": "its rows end at 50,000 (rare.maxresultrows)",
    "mvcombine": "its memory ends at 500 MB (mvcombine.max_mem_usage_mb)",
    "spath": "it reads 5,000 characters of an event (spath.extraction_cutoff)",
    "bin": "days and months start at the user's midnight",
    "map": "it runs 10 searches at most",
    "head": "it keeps 10 rows",
    "tail": "it keeps 10 rows",
}

# The same for functions of stats.
NEVER_STATS = {
    "list": "it keeps 100 values (stats.list_maxsize)",
    "estdc": "it estimates",
    "earliest": "it looks at _time and not at the order of events, so that ties are anyone's",
    "latest": "it looks at _time and not at the order of events, so that ties are anyone's",
    "median": "it estimates above 1,000 values",
    "mode": "of several it takes any",
}


class Limits:
    """The limits of a job."""

    def __init__(self, given):
        unknown = set(given) - set(SHIPPED)
        if unknown:
            raise Refused(f"no limits: {sorted(unknown)}")
        self.values = {**SHIPPED, **given}

    def __getitem__(self, name):
        return self.values[name]

    def check(self, name, value, what):
        """Stops where Splunk would go on with less."""
        if value > self.values[name]:
            raise Refused(f"{what}: Splunk stops at {self.values[name]:,} ({name})")

    def check_memory(self, name, size, what):
        """The same for bytes."""
        if size > self.values[name] * 2**20:
            raise Refused(f"{what}: Splunk stops at {self.values[name]} MB ({name})")
