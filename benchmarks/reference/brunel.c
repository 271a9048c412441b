/* Brunel's network by hand: what that of benchmarks/suite/brunel.py costs when one program does nothing else.
 *
 * gcc -O3 -march=native -mprefer-vector-width=512 -o brunel brunel.c -lm && ./brunel SIZE MILLISECONDS SEED
 *
 * Doubles, Euler steps of 0.1 ms. The delay is the same for all synapses, so that spikes are kept for 15 steps and then
 * delivered into one array of inputs. The number of spikes from outside is looked up in a table of Poisson's
 * distribution, one random number of 32 bits each. It prints the CPU seconds of the time loop after 100 ms, and the rate
 * in Hz. */
#include "network.h"

#define DELAY 15  /* steps */
#define LEVELS 16 /* of the table */

int main(int count, char **words)
{
  const int64_t size = count > 1 ? atoll(words[1]) : 12500, edge = size * 4 / 5, transient = 1000;
  const int64_t steps = 10 * (count > 2 ? atoll(words[2]) : 1000) + transient;
  state = count > 3 ? (uint64_t)atoll(words[3]) : 1;
  const int64_t excitatory = (edge + 5) / 10, inputs = excitatory + (size - edge + 5) / 10, refractory = 20;
  const double J = 0.1, w_exc = J * 12500.0 / (double)size, w_inh = -5.0 * w_exc;
  const double h_per_tau = 0.1 / 20.0, theta = 20.0, V_r = 10.0, mean = 2.0;
  const int64_t padded = (size + GROUP - 1) / GROUP * GROUP;

  double *restrict v = array((size_t)padded, 8), *restrict input = array((size_t)padded, 8);
  int64_t *restrict until = array((size_t)padded, 8);
  uint32_t *restrict lottery = array((size_t)padded, 4);
  int64_t *row_start = array((size_t)size + 2, 8);
  uint16_t *target = array((size_t)(size * inputs), 2), *source = array((size_t)(size * inputs), 2);
  uint32_t *history = array((size_t)(size * DELAY), 4);
  int64_t spikes[DELAY] = {0}, inhibitory_from[DELAY] = {0};
  uint32_t edges[LEVELS];
  double below = 0.0, probability = exp(-mean);
  for (int level = 0; level < LEVELS; ++level) {
    below += probability;
    probability *= mean / (level + 1);
    edges[level] = (uint32_t)fmin(below * 0x1p32, 0x1p32 - 1.0);
  }
  for (int64_t i = 0; i < padded; ++i) {
    v[i] = theta * uniform();
    until[i] = i < size ? 0 : INT64_MAX;
    lottery[i] = (uint32_t)next() | 1u;
  }
  for (int64_t j = 0; j < size; ++j) { /* sources of a neuron, then rows of targets, sorted */
    for (int64_t k = 0; k < inputs; ++k) {
      const int64_t i = k < excitatory ? (int64_t)(uniform() * (double)edge)
                                       : edge + (int64_t)(uniform() * (double)(size - edge));
      source[j * inputs + k] = (uint16_t)i;
      row_start[i + 2] += 1;
    }
  }
  for (int64_t i = 0; i <= size; ++i) {
    row_start[i + 1] += row_start[i];
  }
  for (int64_t s = 0; s < size * inputs; ++s) {
    target[row_start[source[s] + 1]++] = (uint16_t)(s / inputs);
  }
  free(source);
  recording kept = new_recording(steps * size / 100 + size);
  flush_to_zero();

  double begin = seconds();
  for (int64_t step = 0; step < steps; ++step) {
    if (step == transient) {
      kept.number = 0;
      begin = seconds();
    }
    const int64_t slot = step % DELAY;
    uint32_t *restrict list = history + slot * size;
    const int64_t from = inhibitory_from[slot];
    deliver(list, from, row_start, target, input, w_exc);
    deliver(list + from, spikes[slot] - from, row_start, target, input, w_inh);
    int64_t now = 0, first_inhibitory = 0;
    for (int64_t group = 0; group < padded; group += GROUP) {
      uint32_t arrivals[GROUP] = {0};
      int64_t any = 0;
      for (int64_t k = 0; k < GROUP; ++k) { /* xorshift */
        uint32_t x = lottery[group + k];
        x ^= x << 13, x ^= x >> 17, x ^= x << 5;
        lottery[group + k] = x;
        uint32_t number = 0;
        for (int level = 0; level < LEVELS; ++level) {
          number += x >= edges[level];
        }
        arrivals[k] = number;
      }
      for (int64_t k = 0; k < GROUP; ++k) {
        const int64_t i = group + k;
        const double fresh = v[i] - h_per_tau * v[i] + input[i] + J * (double)(int32_t)arrivals[k];
        const int64_t active = until[i] <= step;
        v[i] = active ? fresh : v[i];
        input[i] = 0.0;
        any |= active & (fresh > theta);
      }
      for (int64_t i = group; any && i < group + GROUP; ++i) {
        if (v[i] > theta && until[i] <= step) {
          list[now++] = (uint32_t)i;
          first_inhibitory += i < edge;
          v[i] = V_r;
          until[i] = step + 1 + refractory;
        }
      }
    }
    spikes[slot] = now;
    inhibitory_from[slot] = first_inhibitory;
    record(&kept, step, list, now);
  }
  printf("%.6f %.4f\n", seconds() - begin, rate(&kept, transient, steps, 0.1, size));
  return 0;
}
