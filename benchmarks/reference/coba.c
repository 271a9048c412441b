/* COBA written by hand: what the network of benchmarks/networks.py costs when one program does nothing else.
 *
 * gcc -O3 -march=native -o coba coba.c -lm && ./coba SIZE MILLISECONDS SEED
 *
 * The arithmetic is that of the benchmark: doubles, the explicit Euler method, steps of 0.1 ms, a delay of one step,
 * weights constant in a projection, all spikes recorded. It prints the CPU seconds of the time loop and the rate in Hz of
 * its second half. Numbers are drawn with its own generator, so its network is another sample of the same kind. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmmintrin.h>

#define LINE 64   /* bytes that arrays are aligned to */
#define GROUP 16  /* neurons between two looks for spikes */

static uint64_t state;

static uint64_t next(void) /* splitmix64 */
{
  uint64_t z = (state += 0x9E3779B97F4A7C15ull);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ z >> 27) * 0x94D049BB133111EBull;
  return z ^ z >> 31;
}

static double uniform(void)
{
  return ((double)(next() >> 11) + 0.5) * 0x1p-53;
}

static double normal(double mean, double deviation)
{
  return mean + deviation * sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static void *array(size_t items, size_t bytes)
{
  const size_t whole = (items * bytes + LINE) / LINE * LINE;
  void *memory = aligned_alloc(LINE, whole);
  if (!memory) {
    exit(1);
  }
  return memset(memory, 0, whole);
}

/* Targets of the neurons first … last - 1, each with probability p, none onto itself. */
static void connect(int64_t first, int64_t last, int64_t size, double p, int64_t *row_start, uint16_t *target)
{
  for (int64_t i = first; i < last; ++i) {
    int64_t filled = row_start[i];
    for (int64_t j = (int64_t)(log(uniform()) / log1p(-p)); j < size; j += 1 + (int64_t)(log(uniform()) / log1p(-p))) {
      if (j != i) {
        target[filled++] = (uint16_t)j;
      }
    }
    row_start[i + 1] = filled;
  }
}

int main(int count, char **words)
{
  const int64_t size = count > 1 ? atoll(words[1]) : 4000, excitatory = size * 4 / 5;
  const int64_t steps = 10 * (count > 2 ? atoll(words[2]) : 10000);
  state = count > 3 ? (uint64_t)atoll(words[3]) : 1;
  const double p = 80.0 / (double)size, h = 0.1;
  const double h_per_tau = h / 20.0, decay_exc = h / 5.0, decay_inh = h / 10.0;
  const double El = -60.0, Vr = -60.0, Vt = -50.0, Ee = 0.0, Ei = -80.0, I = 20.0, w_exc = 0.6, w_inh = 6.7;
  const int64_t refractory = 50, padded = (size + GROUP - 1) / GROUP * GROUP;

  double *restrict v = array((size_t)padded, 8), *restrict g_exc = array((size_t)padded, 8);
  double *restrict g_inh = array((size_t)padded, 8);
  int64_t *restrict until = array((size_t)padded, 8);
  int64_t *row_start = array((size_t)size + 1, 8);
  uint16_t *restrict target = array((size_t)(1.2 * p * (double)size * (double)size), 2);
  uint32_t *restrict spiked = array((size_t)padded, 4), *restrict recorded_rank = array((size_t)(steps * size / 100), 4);
  int64_t *restrict recorded_step = array((size_t)(steps * size / 100), 8);
  for (int64_t i = 0; i < padded; ++i) {
    v[i] = i < size ? normal(-55.0, 5.0) : Vr, g_exc[i] = normal(4.0, 1.5), g_inh[i] = normal(20.0, 12.0);
    until[i] = i < size ? 0 : INT64_MAX;
  }
  connect(0, size, size, p, row_start, target);
  memset(recorded_rank, 1, 4 * (size_t)(steps * size / 100)); /* pages are there before the clock starts */
  memset(recorded_step, 1, 8 * (size_t)(steps * size / 100));
  _mm_setcsr(_mm_getcsr() | 0x8040); /* conductances that have decayed to nothing are nothing */

  struct timespec begin, end;
  int64_t spikes = 0, recorded = 0, late = 0;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
  for (int64_t step = 0; step < steps; ++step) {
    for (int64_t k = 0; k < spikes; ++k) {
      const int64_t i = spiked[k], last = row_start[i + 1];
      double *restrict g = i < excitatory ? g_exc : g_inh;
      const double w = i < excitatory ? w_exc : w_inh;
      for (int64_t s = row_start[i]; s < last; ++s) {
        g[target[s]] += w;
      }
    }
    spikes = 0;
    for (int64_t group = 0; group < padded; group += GROUP) {
      int64_t any = 0;
      for (int64_t i = group; i < group + GROUP; ++i) {
        const double a = v[i], e = g_exc[i], n = g_inh[i];
        const double fresh = a + h_per_tau * (El - a + e * (Ee - a) + n * (Ei - a) + I);
        const int64_t active = until[i] <= step;
        v[i] = active ? fresh : a;
        g_exc[i] = e - e * decay_exc;
        g_inh[i] = n - n * decay_inh;
        any |= active & (fresh > Vt);
      }
      if (any) {
        for (int64_t i = group; i < group + GROUP; ++i) {
          if (v[i] > Vt && until[i] <= step) {
            spiked[spikes++] = (uint32_t)i;
            v[i] = Vr;
            until[i] = step + 1 + refractory;
          }
        }
      }
    }
    for (int64_t k = 0; k < spikes; ++k) {
      recorded_step[recorded + k] = step;
      recorded_rank[recorded + k] = spiked[k];
    }
    recorded += spikes;
    late += step >= steps / 2 ? spikes : 0;
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("%.6f %.4f\n", (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec),
         (double)late / (double)size / (1e-4 * (double)(steps - steps / 2)));
  return 0;
}
