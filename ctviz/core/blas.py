"""How many threads a matrix product of numpy's may use: one, for its work is small here."""

from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def one_blas_thread() -> None:
    """Let numpy and scipy multiply matrices on one thread each, from now on in the whole process.

    Slices and patients are what is spread over the processors. The products are so small that
    threads wait for each other longer than they work: a demo patient of 12 slices takes 1.3 s of a
    processor with one and 4.1 s with two, and is the same bit by bit. Torch has threads of its own.
    """
    ThreadpoolController().limit(limits=1, user_api="blas")
