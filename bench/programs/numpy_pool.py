"""A pool of forked workers that read an array of their parent's, and write to some of it."""
import multiprocessing
import time

import numpy

array = numpy.ones(20_000_000)


def work(task):
    part = array[task % 4 * 5_000_000 :][:5_000_000]
    part[:500_000] += task
    own = part * 2
    time.sleep(0.1)
    return float(own[0])


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(work, range(16), chunksize=1)
