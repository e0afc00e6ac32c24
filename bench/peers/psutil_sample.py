"""A sample as a script with psutil takes it.

    python3 psutil_sample.py PID
"""
import os
import sys

import psutil

WARM_UP_SAMPLES = 5
ENOUGH_CPU_SECONDS = 0.5

root = psutil.Process(int(sys.argv[1]))


def sample():
    tree = [root, *root.children(recursive=True)]
    return len(tree), sum(process.memory_info().rss for process in tree)


def cpu_seconds():
    return sum(os.times()[:4])


for _ in range(WARM_UP_SAMPLES):
    sample()
before, samples, used = cpu_seconds(), 0, 0.0
while used < ENOUGH_CPU_SECONDS:
    processes, memory = sample()
    samples += 1
    used = cpu_seconds() - before
print(used * 1e6 / samples, samples, processes, memory)
