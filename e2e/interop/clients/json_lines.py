"""Reads one JSON request a line from standard input, answers one JSON line each: the drivers' common shell."""

import json
import sys
import time


def serve(verbs):
    for line in sys.stdin:
        request = json.loads(line)
        started = time.monotonic()
        try:
            answer = {"result": verbs[request["verb"]](**request["arguments"])}
        except Exception as error:  # the test decides what an error means
            answer = {"error": {"name": type(error).__name__, "message": str(error)}}
        answer["id"] = request["id"]
        answer["seconds"] = time.monotonic() - started
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
