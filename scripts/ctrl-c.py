"""Runs a command in a pseudo terminal, as a person's terminal does, and presses Ctrl-C once a marker was printed.

Usage: ctrl-c.py MARKER COMMAND...
Copies the terminal's output to standard output and ends with the command's exit code.
"""

import os
import pty
import sys

marker, command = sys.argv[1].encode(), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)

seen = b""
pressed = False
while True:
    try:
        output = os.read(terminal, 65536)
    except OSError:
        # Linux's way to say that nobody holds the other end any more.
        break
    if not output:
        break
    sys.stdout.buffer.write(output)
    sys.stdout.flush()
    seen = (seen + output)[-65536:]
    if not pressed and marker in seen:
        pressed = True
        os.write(terminal, b"\x03")

_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
