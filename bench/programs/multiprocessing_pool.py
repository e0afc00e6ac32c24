"""A pool of forked workers that read their parent's lists, and so write to every page of them."""
import multiprocessing
import time

table = [[number] for number in range(1_000_000)]


def work(task):
    own = [str(number + task) for number in range(200_000)]
    total = sum(row[0] for row in table[task % 4 * 250_000 :][:250_000])
    time.sleep(0.1)
    return total + len(own)


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(work, range(16), chunksize=1)
