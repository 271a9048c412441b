"""The only bridge to generated C: many steps a call, without the GIL, with signals looked at between slices."""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int64_t, uint64_t, uintptr_t
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

ctypedef int64_t (*run_function)(
    void *const *, const int64_t *, int64_t, const int64_t *, double, int64_t, int, int, int64_t *, const int64_t *,
    int64_t, int64_t, void *const *,
) noexcept nogil
ctypedef void (*call_function)(
    void *const *, int64_t, int64_t, const int64_t *, double, int64_t
) noexcept nogil

cdef enum:
    REPORT_LENGTH = 8

SLICE_SECONDS = 0.01  # how long signals may wait


cdef double seconds() noexcept nogil:
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec + 1e-9 * now.tv_nsec


cdef class Engine:
    """Runs the program of a network: kernels of a library over a table of buffers.

    Parameters
    ----------
    run_address, call_address
        Addresses of ``eqneuro_run`` and ``eqneuro_call``.
    """

    cdef run_function _run
    cdef call_function _call
    cdef public int64_t slice_steps

    def __cinit__(self, uintptr_t run_address, uintptr_t call_address):
        self._run = <run_function>run_address
        self._call = <call_function>call_address
        self.slice_steps = 1

    def run(
        self,
        uint64_t[::1] table,
        int64_t[:, ::1] program,
        int64_t[::1] clock,
        double dt,
        int64_t steps,
        choice,
        int64_t[:, ::1] reports,
        int64_t[::1] stopped,
        int64_t conditions,
        bint require_all,
        progress=None,
        sheet=None,
    ):
        """Up to ``steps`` steps; returns how many were done: fewer where something was reported or a condition holds.

        ``clock`` (step, tick, seed, epoch) moves on with every slice, so that an interrupt finds it right. ``choice``
        says for each slice how many threads run it, as `ThreadChoice` does, and the run ends where it asks for another
        division into ranges; None for one thread where one was asked for. On a ``sheet`` (`eqneuro.engine.sheet.Sheet`)
        the kernels note their times.
        """
        cdef int64_t done = 0, size, now
        cdef int threads = 1, ranges = (program.shape[1] - 2) // 2
        cdef double begin, elapsed, told = seconds()
        cdef int k
        cdef bint ended
        cdef uint64_t[::1] notes
        cdef void *const *noted = NULL
        cdef double[::1] spent
        if sheet is not None:
            notes, spent = sheet.table, sheet.seconds
            noted = <void *const *>&notes[0]
        while done < steps:
            size = self.slice_steps if self.slice_steps < steps - done else steps - done
            if choice is not None:
                threads, size = choice.plan(size)
            begin = seconds()
            with nogil:
                now = self._run(
                    <void *const *>&table[0], &program[0, 0], program.shape[0], &clock[0], dt, size, threads,
                    ranges, &reports[0, 0], &stopped[0], conditions, require_all, noted,
                )
            if now < 0:
                raise RuntimeError("the system gives no more threads")
            elapsed = seconds() - begin
            if noted != NULL:
                spent[0] += elapsed
            clock[0] += now
            clock[1] += now
            done += now
            ended = now < size
            for k in range(threads):  # one report each
                ended = ended or reports[k, 0] != 0
            if conditions:  # a condition may hold in the last step of a slice
                size = 0
                for k in range(conditions):
                    size += stopped[k] != 0
                ended = ended or (size == conditions if require_all else size > 0)
            if choice is not None:
                choice.learn(threads, now, elapsed)
                ended = ended or choice.ranges != ranges
            self._adapt(now, elapsed)
            if ended:
                break
            PyErr_CheckSignals()
            if progress is not None and seconds() - told > 0.1:
                told = seconds()
                progress(done)
        return done

    cdef void _adapt(self, int64_t steps, double elapsed):
        cdef double wanted = SLICE_SECONDS * steps / elapsed if elapsed > 1e-7 * steps else 1e7 * SLICE_SECONDS
        if wanted > 8.0 * self.slice_steps:
            wanted = 8.0 * self.slice_steps
        self.slice_steps = <int64_t>wanted if wanted > 1.0 else 1

    def call(self, uint64_t[::1] table, int64_t kernel, int64_t[::1] clock, double dt, int64_t end):
        """One kernel once, from 0 to ``end``."""
        self._call(<void *const *>&table[0], kernel, 0, &clock[0], dt, end)


def triad(double[::1] a, const double[::1] b, const double[::1] c, double factor, int64_t times):
    """``a[i] = b[i] + factor * c[i]``, so many times, without the GIL."""
    cdef int64_t i, again, length = a.shape[0]
    cdef double *to = &a[0]
    cdef const double *one = &b[0]
    cdef const double *other = &c[0]
    with nogil:
        for again in range(times):
            for i in range(length):
                to[i] = one[i] + factor * other[i]
