"""A child process: loads every model file named on stdin with llama.cpp, each in a process of its own."""

import os
import resource
import signal
import sys

import llama_cpp


def load(path: str) -> None:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    signal.alarm(30)
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        model = llama_cpp.Llama(path, n_ctx=64, n_threads=1, n_batch=32, verbose=False)
        model.create_completion("Hello there", max_tokens=2)
    except BaseException:
        os._exit(1)
    os._exit(0)


def main() -> None:
    os.environ["GGML_NO_BACKTRACE"] = "1"
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            load(line.rstrip("\n"))
        _, status = os.waitpid(pid, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)


if __name__ == "__main__":
    main()
