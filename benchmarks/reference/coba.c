/* COBA written by hand: what the network of benchmarks/suite/coba.py costs when one program does nothing else.
 *
 * gcc -O3 -march=native -mprefer-vector-width=512 -o coba coba.c -lm && ./coba SIZE MILLISECONDS SEED
 *
 * The arithmetic is that of the benchmark: doubles, the explicit Euler method, steps of 0.1 ms, a delay of one step,
 * weights constant in a projection, all spikes recorded. It prints the CPU seconds of the time loop and the rate in Hz of
 * its second half. Numbers are drawn with its own generator, so its network is another sample of the same kind. */
#define w_exc 0.6
#define w_inh 6.7
#define begin_v() normal(-55.0, 5.0)
#define begin_g_exc() normal(4.0, 1.5)
#define begin_g_inh() normal(20.0, 12.0)
#define slope(v, g_exc, g_inh) (-60.0 - (v) + (g_exc) * (0.0 - (v)) + (g_inh) * (-80.0 - (v)) + 20.0)
#include "integrate_and_fire.h"
