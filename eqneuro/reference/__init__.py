"""A second, independent implementation: the language as docs/language.md means it, walked node by node with numpy.

Slow and plain, for `Network.compile(backend="reference")`. It shares with the compiled route the syntax trees and the
checked models, and the counters of the random numbers; it has its own arithmetic, its own derivatives, its own methods
and its own order of a step. Nothing is simplified, planned, hoisted or generated.
"""
