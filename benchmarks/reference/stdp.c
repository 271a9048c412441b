/* Plasticity written by hand: what the network of benchmarks/suite/stdp.py costs when one program does nothing else.
 *
 * gcc -O3 -march=native -mprefer-vector-width=512 -o stdp stdp.c -lm && ./stdp INPUTS MILLISECONDS SEED NEURONS [lazy]
 *
 * The traces of a synapse depend on spikes of one of its neurons alone and are kept once a neuron; all decay by the same
 * factor, which is kept once. Gaps between Poisson spikes are drawn, not numbers for all inputs. A spike of an input
 * runs along a row of weights, a spike of a neuron along a column; with `lazy`, a column is not touched: what a synapse
 * grows by between two spikes of its input is one sum over the spikes of the neuron, added at the second one. It prints
 * the CPU seconds of the time loop, the rate in Hz of the second half and the mean weight as a share of the largest. */
#include "network.h"

static inline double least(double a, double b)
{
  return a < b ? a : b;
}

static inline double most(double a, double b)
{
  return a > b ? a : b;
}

int main(int count, char **words)
{
  const int64_t inputs = count > 1 ? atoll(words[1]) : 1000, neurons = count > 4 ? atoll(words[4]) : 1;
  const int64_t steps = 10 * (count > 2 ? atoll(words[2]) : 100000);
  const int is_lazy = count > 5 && !strcmp(words[5], "lazy");
  state = count > 3 ? (uint64_t)atoll(words[3]) : 1;
  const double h = 0.1, El = -74.0, Ee = 0.0, Vt = -54.0, Vr = -60.0, h_per_tau = h / 10.0, decay = h / 5.0;
  const double g_max = 0.01 * 1000.0 / (double)inputs, grows = 0.01 * g_max, shrinks = 0.0105 * g_max, tau = 20.0;
  const double per_log = 1.0 / log1p(-15.0 * h / 1000.0), fades = exp(-h / tau), gains = exp(h / tau);
  const int64_t renewal = (int64_t)(15.0 * tau / h); /* steps, before what has faded gets too small beside what is new */

  double *restrict v = array((size_t)(neurons), 8), *restrict g = array((size_t)(neurons), 8), *restrict y = array((size_t)(neurons), 8);
  double *restrict x = array((size_t)(inputs), 8), *restrict w = array((size_t)(inputs * neurons), 8);
  double *restrict sum = array((size_t)(neurons), 8), *restrict seen = array((size_t)(is_lazy ? inputs * neurons : 1), 8);
  uint32_t *arriving = malloc(4 * (size_t)inputs), *spiked = malloc(4 * (size_t)neurons);
  int64_t *recorded = malloc(8 * (size_t)(steps * neurons / 20 + 1));
  if (!arriving || !spiked || !recorded) {
    return 1;
  }
  memset(recorded, 1, 8 * (size_t)(steps * neurons / 20 + 1)); /* pages are there before the clock starts */
  for (int64_t j = 0; j < neurons; ++j) {
    v[j] = El;
  }
  for (int64_t s = 0; s < inputs * neurons; ++s) {
    w[s] = g_max * uniform();
  }
  _mm_setcsr(_mm_getcsr() | 0x8040);

  int64_t arrivals = 0, spikes = 0, late = 0;
  int64_t next = (int64_t)(log(uniform()) * per_log);
  double up = 1.0, down = 1.0; /* x and y hold traces divided by `down`, which decays with them */
  const double begin = seconds();
  for (int64_t step = 0; step < steps; ++step) {
    for (int64_t k = 0; k < arrivals; ++k) {
      const int64_t i = arriving[k];
      double *restrict row = w + i * neurons, *restrict row_seen = seen + (is_lazy ? i * neurons : 0);
      if (is_lazy) {
        const double trace = x[i];
        for (int64_t j = 0; j < neurons; ++j) {
          const double grown = least(row[j] + trace * (sum[j] - row_seen[j]), g_max);
          row_seen[j] = sum[j];
          g[j] += grown;
          row[j] = most(grown - y[j] * down, 0.0);
        }
      } else {
        for (int64_t j = 0; j < neurons; ++j) {
          g[j] += row[j];
          row[j] = most(row[j] - y[j] * down, 0.0);
        }
      }
      x[i] += grows * up;
    }
    for (arrivals = 0; next < inputs; next += 1 + (int64_t)(log(uniform()) * per_log)) {
      arriving[arrivals++] = (uint32_t)next;
    }
    next -= inputs;
    up *= gains, down *= fades;
    int64_t fired = 0;
    for (int64_t j = 0; j < neurons; ++j) {
      const double fresh = v[j] + h_per_tau * (El - v[j] + g[j] * (Ee - v[j]));
      g[j] -= decay * g[j];
      v[j] = fresh > Vt ? Vr : fresh;
      spiked[fired] = (uint32_t)j;
      fired += fresh > Vt;
    }
    for (int64_t k = 0; k < fired; ++k) {
      const int64_t j = spiked[k];
      y[j] += shrinks * up;
      recorded[spikes++] = step;
      if (is_lazy) {
        sum[j] += down;
      } else {
        for (int64_t i = 0; i < inputs; ++i) {
          w[i * neurons + j] = least(w[i * neurons + j] + x[i] * down, g_max);
        }
      }
    }
    late += step >= steps / 2 ? fired : 0;
    if ((step + 1) % renewal == 0 || step + 1 == steps) {
      for (int64_t i = 0; i < inputs; ++i) {
        for (int64_t j = 0; is_lazy && j < neurons; ++j) {
          w[i * neurons + j] = least(w[i * neurons + j] + x[i] * (sum[j] - seen[i * neurons + j]), g_max);
          seen[i * neurons + j] = 0.0;
        }
        x[i] *= down;
      }
      for (int64_t j = 0; j < neurons; ++j) {
        y[j] *= down, sum[j] = 0.0;
      }
      up = down = 1.0;
    }
  }
  const double took = seconds() - begin;
  double total = 0.0;
  for (int64_t s = 0; s < inputs * neurons; ++s) {
    total += w[s];
  }
  printf("%.6f %.4f %.6f\n", took,
         (double)late / (double)neurons / (1e-4 * (double)(steps - steps / 2)),
         total / (double)(inputs * neurons) / g_max);
  return 0;
}
