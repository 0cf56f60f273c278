"""Studies on several machines: who computes which slice, what reaches it, and what comes back.

Only `dask_engine` knows Dask, and nothing here is imported by a study that stays on its machine.
"""
