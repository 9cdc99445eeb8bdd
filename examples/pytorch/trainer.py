"""A trainer's side of the protocol (docs/trainers.md): the trial in, events out. Nothing here knows of PyTorch."""

import json
import os
import signal
import time


class Stopped(Exception):
    """scalesweep has asked for the state to be saved."""


class Trainer:
    def __init__(self):
        if "SCALESWEEP_TRIAL" not in os.environ:
            raise SystemExit("This program is started by scalesweep: README.md has the command.")
        with open(os.environ["SCALESWEEP_TRIAL"], encoding="utf8") as file:
            self.task = json.load(file)
        self.spec = self.task["trial"]["spec"]
        self.is_stopping = False
        self._events = self._open_events()
        self._told = 0.0
        signal.signal(signal.SIGTERM, self._stop)
        # Ctrl-C in a terminal is for scalesweep, which then sends SIGTERM.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    @staticmethod
    def _open_events():
        """The descriptor, or the named pipe where a launcher has closed it."""
        try:
            return os.fdopen(int(os.environ["SCALESWEEP_EVENTS_FD"]), "w", buffering=1)
        except OSError:
            return open(os.environ["SCALESWEEP_EVENTS"], "w", buffering=1)

    def _stop(self, *_):
        self.is_stopping = True

    def tell(self, what, **fields):
        print(json.dumps({"type": what, **fields}), file=self._events)

    def hello(self, step, **environment):
        self.tell("hello", v=1, resumedFromStep=step, environment=environment)

    def progress(self, step, loss, every=1.0):
        """At most once in `every` seconds."""
        now = time.monotonic()
        if now - self._told >= every:
            self._told = now
            self.tell("progress", step=step, loss=loss)

    def checkpoint(self, step, write):
        """`write(path)` writes the whole state. Told of only once it is there."""
        name = f"step-{step}.pt"
        write(os.path.join(self.task["folder"], name))
        self.tell("checkpoint", step=step, file=name)

    def failed(self, kind, message):
        self.tell("failed", kind=kind, message=message[:10000])
