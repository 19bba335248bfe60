# SPDX-License-Identifier: Apache-2.0
"""A QEMU process and the conversation with its serial console (its standard input and output)."""

import os
import re
import selectors
import signal
import subprocess
import time

MAX_OUTPUT = 4 << 20  # a machine that prints more has lost its mind
KILL_AFTER = 30  # seconds beyond the case's own limit, should this program not be there any more
# As a person types: no receive FIFO on the way overflows.
TYPE_BYTES, TYPE_SECONDS = 4, 0.02
# Taking back an unfinished line, so that another VM's can stand there, ends it for us.
LINE_TAKEN_BACK = re.compile(rb"\r(?:\x1b\[0?m)?\x1b\[[02]?K")
ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>78c]|\r|\x00")


class Failure(Exception):
    pass


class Session:
    def __init__(self, command, log, never, limit):
        self.never = [re.compile(pattern) for pattern in never]
        self.never_line = 0  # lines before this one have been looked at
        self.position = 0  # where the next expect starts in text
        self.raw = b""
        self.text = ""
        self.outgoing = b""
        self.next_write = 0.0
        self.deadline = time.monotonic() + limit
        self.status = None
        self.log = open(log, "wb")
        self.log.write((" ".join(command) + "\n").encode())
        self.process = subprocess.Popen(
            ["timeout", "--foreground", "-k", "5", str(int(limit) + KILL_AFTER), *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)

    def lines(self):
        return [line for line in self.text.split("\n") if line.strip()]

    def check_never(self, whole=True):
        """Looks at the lines that have come since; whole: the unfinished last one as well."""
        lines = self.text.split("\n")
        for line in lines[self.never_line:] if whole else lines[self.never_line:-1]:
            for pattern in self.never:
                if pattern.search(line):
                    raise Failure(f"'{pattern.pattern}' must never appear, and did: {line.strip()}")
        self.never_line = len(lines) - 1

    def _write(self):
        now = time.monotonic()
        if not self.outgoing or now < self.next_write:
            return
        try:
            os.write(self.process.stdin.fileno(), self.outgoing[:TYPE_BYTES])
        except BrokenPipeError:
            raise Failure("QEMU ended before all was sent") from None
        self.outgoing = self.outgoing[TYPE_BYTES:]
        self.next_write = now + TYPE_SECONDS

    def _pump(self):
        """Some writing and reading, for at most a fraction of a second; false when QEMU has ended."""
        self._write()
        if not self.selector.select(TYPE_SECONDS if self.outgoing else 0.1):
            return True
        data = os.read(self.process.stdout.fileno(), 65536)
        if not data:
            self.status = self.process.wait()
            self.check_never()
            return False
        self.log.write(data)
        self.log.flush()
        self.raw += data
        if len(self.raw) > MAX_OUTPUT:
            raise Failure(f"more than {MAX_OUTPUT >> 20} MiB of output")
        # Redone from the start, since an escape sequence may come in two pieces.
        self.text = ESCAPES.sub(b"", LINE_TAKEN_BACK.sub(b"\n", self.raw)).decode("utf-8", "replace")
        self.check_never(whole=False)
        return True

    def _until(self, done, within, what):
        end = min(self.deadline, time.monotonic() + within)
        while not done():
            if self.status is not None or not self._pump():
                if done():
                    return
                raise Failure(f"QEMU ended (status {self.status}) before {what}")
            if time.monotonic() > end:
                raise Failure(f"{what} did not come in time")

    def send(self, text):
        self.outgoing += text.encode()
        self._until(lambda: not self.outgoing, 60, "the end of sending")

    def expect(self, patterns, within, from_start=False):
        """All of them, in any order, behind what the last expect found (or anywhere, which does not move on)."""
        ends = {}
        start = 0 if from_start else self.position

        def found():
            for pattern in patterns:
                if pattern not in ends:
                    match = re.compile(pattern).search(self.text, start)
                    if match:
                        ends[pattern] = match.end()
            return len(ends) == len(patterns)

        try:
            self._until(found, within, "what was expected")
        except Failure as failure:
            missing = ", ".join(f"'{p}'" for p in patterns if p not in ends)
            raise Failure(f"{failure} (missing: {missing})") from None
        if not from_start:
            self.position = max(ends.values())

    def expect_exit(self, status, within):
        self._until(lambda: self.status is not None, within, "QEMU's end")
        if self.status != status:
            raise Failure(f"QEMU ended with status {self.status}, not {status}")

    def stay_alive(self, seconds, without=None):
        """Runs on for so long, and what comes does not match `without`."""
        start = len(self.text)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.status is not None or not self._pump():
                raise Failure(f"QEMU ended with status {self.status}")
            match = without is not None and re.compile(without).search(self.text, start)
            if match:
                raise Failure(f"'{match.group()}' came")

    def linger(self, seconds=1):
        """After a failure: the rest of a register dump is worth having."""
        self.never = []
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end and self.status is None and self._pump():
                pass
        except Failure:
            pass

    def close(self):
        """Ends this QEMU, by its own process group (that of `timeout`, which has no one else in it)."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.selector.close()
        self.log.close()
