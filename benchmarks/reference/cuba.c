/* CUBA written by hand: what the network of benchmarks/suite/cuba.py costs when one program does nothing else.
 *
 * gcc -O3 -march=native -mprefer-vector-width=512 -o cuba cuba.c -lm && ./cuba SIZE MILLISECONDS SEED
 *
 * The arithmetic is that of the benchmark: doubles, the explicit Euler method, steps of 0.1 ms, a delay of one step,
 * weights constant in a projection, all spikes recorded. It prints the CPU seconds of the time loop and the rate in Hz of
 * its second half. Numbers are drawn with its own generator, so its network is another sample of the same kind. */
#define w_exc 1.62
#define w_inh -9.0
#define begin_v() (-60.0 + 10.0 * uniform())
#define begin_g_exc() 0.0
#define begin_g_inh() 0.0
#define slope(v, g_exc, g_inh) (-49.0 - (v) + (g_exc) + (g_inh))
#include "integrate_and_fire.h"
