"""Runs a command in a terminal of its own and types into it, as a person would.

usage: in-terminal.py STEPS COMMAND [ARGUMENT...]

STEPS is JSON: a list of [what to wait for, what to type then]. Everything that the terminal shows goes to stdout; the
exit code is the command's, or 99 where something waited for does not come within a minute.
"""

import json
import os
import pty
import select
import struct
import sys
import termios
import fcntl
import time

ROWS, COLUMNS = 50, 110
PATIENCE_SECONDS = 60


def main() -> int:
    steps = json.loads(sys.argv[1])
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    shown, place = "", 0
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        if steps and steps[0][0] in shown[place:]:
            place = len(shown)
            os.write(terminal, steps.pop(0)[1].encode())
            until = time.monotonic() + PATIENCE_SECONDS
        ready, _, _ = select.select([terminal], [], [], 0.1)
        if time.monotonic() > until:
            os.kill(child, 9)
            print(f"\nnever shown: {steps[0][0] if steps else 'the end'}", file=sys.stderr)
            return 99
        if not ready:
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            piece = b""
        if not piece:
            break
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        shown += piece.decode(errors="replace")
    _, status = os.waitpid(child, 0)
    if steps:
        print(f"\nnever shown: {steps[0][0]}", file=sys.stderr)
        return 99
    return os.waitstatus_to_exitcode(status)


sys.exit(main())
