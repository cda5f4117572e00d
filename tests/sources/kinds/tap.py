"""A tap that says what a script tells it: python tap.py SCRIPT [--state FILE].

The script is JSON Lines: messages to print, or what to do: {"sleep": 1}, {"exit": 3}, {"raw": "text"},
{"hang": true}, {"repeat": N, "message": {…}} with {n} in texts counted, {"if_state": …, "skip": N},
{"child": FILE}: starts one that writes its number there and outlives its parent if it is let.
"""

# ruff: noqa: T201  # what it prints is what it is for
import json
import subprocess
import sys
import time


def main() -> None:
    script, *rest = sys.argv[1:]
    state = None
    if rest:
        assert rest[0] == "--state"
        with open(rest[1]) as file:
            state = json.load(file)
    with open(script) as file:
        steps = [json.loads(line) for line in file]
    at = 0
    while at < len(steps):
        step = steps[at]
        at += 1
        if "if_state" in step:
            at += step["skip"] if step["if_state"] == state else 0
        elif "raw" in step:
            sys.stdout.write(step["raw"])
        elif "repeat" in step:
            text = json.dumps(step["message"])
            for n in range(step["repeat"]):
                print(text.replace("{n}", str(n)))
        elif "child" in step:
            child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            with open(step["child"], "w") as file:
                file.write(str(child.pid))
        elif "sleep" in step:
            sys.stdout.flush()
            time.sleep(step["sleep"])
        elif "hang" in step:
            sys.stdout.flush()
            time.sleep(600)
        elif "exit" in step:
            sys.stdout.flush()
            sys.exit(step["exit"])
        else:
            print(json.dumps(step))


main()
