"""Runs contentctl in several folders, as its command line does, each in a process of its own.

Reads [{"folder": ..., "command": "validate" or "build"}, ...] and writes [{"code": ..., "text": ...}, ...].
"""

import json
import os
import sys
import tempfile

from contentctl import contentctl


def run(folder, command):
    """What contentctl prints, and its exit code. The process is forked, so that it is loaded once for all."""
    with tempfile.TemporaryFile() as output:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
                os.chdir(folder)
                sys.argv = ["contentctl", command]
                contentctl.main()
                code = 0
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
            finally:
                sys.stdout.flush()
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        output.seek(0)
        return {"code": code, "text": output.read().decode("utf-8", "replace")}


json.dump([run(**asked) for asked in json.load(sys.stdin)], sys.stdout)
