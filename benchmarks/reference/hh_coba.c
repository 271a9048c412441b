/* Hodgkin–Huxley cells by hand: what the network of benchmarks/suite/hh_coba.py costs when one program does nothing else.
 *
 * gcc -O3 -march=native -mprefer-vector-width=512 -ffast-math -fopenmp-simd -o hh_coba hh_coba.c -lm && ./hh_coba SIZE MILLISECONDS SEED
 *
 * Doubles, exponential Euler steps of 0.1 ms, eight exponentials a neuron and step, by the vector functions of the C
 * library: three of the rates share one. Compared with coba.c, nothing is reset and there is no refractory time. It
 * prints the CPU seconds of the time loop and the rate in Hz of its second half. */
#include "network.h"

__attribute__((simd("notinbranch"), const)) double exp(double);

#define H 0.1

/* One step of x' = alpha (1 - x) - beta x. */
static inline double gate(double x, double alpha, double beta)
{
  const double sum = alpha + beta, end = alpha / sum;
  return end + (x - end) * exp(-H * sum);
}

int main(int count, char **words)
{
  const int64_t size = count > 1 ? atoll(words[1]) : 4000, excitatory = size * 4 / 5;
  const int64_t steps = 10 * (count > 2 ? atoll(words[2]) : 1000);
  state = count > 3 ? (uint64_t)atoll(words[3]) : 1;
  const double p = 80.0 / (double)size, h_per_tau = H / 20.0, keeps_exc = exp(-H / 5.0), keeps_inh = exp(-H / 10.0);
  const double El = -60.0, EK = -90.0, ENa = 50.0, VT = -63.0, g_Na = 2000.0, g_K = 600.0, Ee = 0.0, Ei = -80.0;
  const double top = -20.0, w_exc = 0.6, w_inh = 6.7, exp5 = exp(5.0), exp025 = exp(0.25);
  const int64_t padded = (size + GROUP - 1) / GROUP * GROUP;

  double *restrict v = array((size_t)padded, 8), *restrict g_exc = array((size_t)padded, 8);
  double *restrict g_inh = array((size_t)padded, 8), *restrict m = array((size_t)padded, 8);
  double *restrict n = array((size_t)padded, 8), *restrict h = array((size_t)padded, 8);
  uint64_t *restrict rises = array((size_t)padded, 8);
  int64_t *row_start = array((size_t)size + 1, 8);
  uint16_t *target = array((size_t)(1.2 * p * (double)size * (double)size), 2);
  uint32_t *spiked = array((size_t)padded, 4);
  for (int64_t i = 0; i < size; ++i) {
    v[i] = normal(-65.0, 5.0), g_exc[i] = normal(4.0, 1.5), g_inh[i] = normal(20.0, 12.0);
  }
  connect(0, size, size, p, 0, row_start, target);
  recording kept = new_recording(steps * size / 50 + size);
  flush_to_zero();

  int64_t spikes = 0, first_inhibitory = 0;
  const double begin = seconds();
  for (int64_t step = 0; step < steps; ++step) {
    deliver(spiked, first_inhibitory, row_start, target, g_exc, w_exc);
    deliver(spiked + first_inhibitory, spikes - first_inhibitory, row_start, target, g_inh, w_inh);
    spikes = first_inhibitory = 0;
    for (int64_t group = 0; group < padded; group += GROUP) {
      uint64_t any = 0;
#pragma omp simd reduction(| : any)
      for (int64_t i = group; i < group + GROUP; ++i) {
        const double a = v[i], x = a - VT, mi = m[i], ni = n[i], hi = h[i], e = g_exc[i], f = g_inh[i];
        const double e5 = exp((x - 40.0) * (1.0 / 5.0)), e4 = exp((13.0 - x) * (1.0 / 4.0));
        const double e18 = exp((17.0 - x) * (1.0 / 18.0)), e40 = exp(x * (-1.0 / 40.0));
        const double sodium = g_Na * mi * mi * mi * hi, potassium = g_K * ni * ni * ni * ni;
        const double leaks = 1.0 + e + f + sodium + potassium;
        const double end = (El + e * Ee + f * Ei + sodium * ENa + potassium * EK) / leaks;
        const double fresh = end + (a - end) * exp(-h_per_tau * leaks);
        m[i] = gate(mi, 0.32 * (13.0 - x) / (e4 - 1.0), 0.28 * (x - 40.0) / (e5 - 1.0));
        n[i] = gate(ni, 0.032 * (15.0 - x) * e5 / (1.0 / exp5 - e5), 0.5 * exp025 * e40);
        h[i] = gate(hi, 0.128 * e18, 4.0 * e5 / (1.0 + e5));
        v[i] = fresh;
        g_exc[i] = e * keeps_exc;
        g_inh[i] = f * keeps_inh;
        rises[i] = (fresh > top) & (a <= top);
        any |= rises[i];
      }
      if (any) {
        for (int64_t i = group; i < group + GROUP; ++i) {
          if (rises[i]) {
            spiked[spikes++] = (uint32_t)i;
            first_inhibitory += i < excitatory;
          }
        }
      }
    }
    record(&kept, step, spiked, spikes);
  }
  printf("%.6f %.4f\n", seconds() - begin, rate(&kept, steps / 2, steps, 0.1, size));
  return 0;
}
