"""What code can do to the process that runs it."""

import builtins
import ctypes
import faulthandler
import gc
import locale
import os
import random
import signal
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np


def abort():
    os.abort()


def segfault():
    ctypes.string_at(0)


def illegal_instruction():
    os.kill(os.getpid(), signal.SIGILL)


def exit_0():
    sys.exit(0)


def exit_at_once():
    os._exit(0)


def interrupt():
    raise KeyboardInterrupt


def own_base_exception():
    raise type("Stop", (BaseException,), {})("enough")


def recursion():
    recursion()


def raise_lines():
    raise RuntimeError("first line\nsecond line\x1b[31m")


def raise_what_cannot_be_told():
    class Mute(Exception):
        def __str__(self):
            raise ValueError("no text")

    raise Mute


def loop():
    Path("looping").touch()
    while True:
        pass


def hang_in_c():
    Path("hanging").touch()
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals))
    lock = threading.Lock()
    lock.acquire()
    # A foreign function that is called without giving up the GIL: no other thread runs again.
    ctypes.PyDLL(None).pause()


def eat_memory():
    kept = []
    while True:
        kept.append(np.ones(2**23))  # 64 MB
        time.sleep(0.005)


def flood():
    for _ in range(200):
        os.write(1, b"flood " * 20_000)
        print("flood " * 1000)


def garbage():
    noise = bytes(range(256)) * 64
    for descriptor in (1, 2):
        os.write(descriptor, noise)
    sys.stdout.buffer.write(noise)
    sys.stdout.flush()


def garbage_everywhere():
    for descriptor in range(64):
        try:
            os.write(descriptor, b"\x80\x04garbage\xff" * 8)
        except OSError:
            continue


def threads():
    def work():
        while True:
            sum(range(1000))
            time.sleep(0.01)

    threading.Thread(target=work, daemon=False).start()


def crash_later():
    def work():
        time.sleep(0.3)
        os.abort()

    threading.Thread(target=work).start()


def change_folder():
    os.chdir("/")


def change_environment():
    os.environ.clear()
    os.environ["LANG"] = "xx"


def change_locale():
    for name in ("de_DE.UTF-8", "C"):
        try:
            locale.setlocale(locale.LC_ALL, name)
        except locale.Error:
            continue


def numpy_errors():
    np.seterr(all="raise")
    warnings.simplefilter("error")


def random_state():
    import torch

    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    torch.manual_seed(1)


def torch_threads():
    import torch

    torch.set_num_threads(7)
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)


def signal_handlers():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, lambda *_: None)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, 0.3)  # its default action ends the process
    faulthandler.disable()


def close_streams():
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    sys.stdout = sys.stderr = None


def close_everything():
    os.closerange(0, 4096)


def fork():
    if os.fork() == 0:
        time.sleep(600)
        os._exit(0)


def fork_and_return():
    os.fork()


def replace_numpy():
    np.mean = np.sum = np.abs = np.sqrt = lambda *_, **__: 0.0
    np.fft.rfft = None
    builtins.sum = builtins.max = lambda *_, **__: 0


def trace():
    sys.settrace(lambda *_: None)
    sys.setrecursionlimit(200)
    gc.disable()
