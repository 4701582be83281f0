"""Benchmarks: each module's `run` measures on the local cloud and says whether the budgets hold."""
