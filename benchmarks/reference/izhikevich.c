/* Izhikevich's network by hand: what that of benchmarks/suite/izhikevich.py costs when one program does nothing else.
 *
 * gcc -O3 -march=native -mprefer-vector-width=512 -ffast-math -fopenmp-simd -o izhikevich izhikevich.c -lm && ./izhikevich SIZE MILLISECONDS SEED
 *
 * Doubles, Euler steps of 1 ms, a weight for each synapse; all with all where there are 1,000 neurons, else 1,000 random
 * inputs each. Normal numbers by Box and Muller's formula, in vectors. It prints the CPU seconds of the time loop and the
 * rate in Hz of its second half. */
#include "network.h"

__attribute__((simd("notinbranch"), const)) double log(double);

#define LANES 64 /* random numbers that are drawn together */

static uint64_t first[LANES], second[LANES];

/* Sine and cosine of a part of a turn: their series in the nearest quarter, which says which is which and their signs. */
static inline void turn(double part, double *sine, double *cosine)
{
  const int64_t quarter = (int64_t)(4.0 * part + 0.5);
  const double x = (4.0 * part - (double)quarter) * 1.5707963267948966, z = x * x;
  uint64_t bits;
  const double s = x + x * z * (-1.0 / 6 + z * (1.0 / 120 + z * (-1.0 / 5040 + z * (1.0 / 362880 + z * (-1.0 / 39916800 + z * (1.0 / 6227020800.0 - z / 1307674368000.0))))));
  const double c = 1.0 + z * (-1.0 / 2 + z * (1.0 / 24 + z * (-1.0 / 720 + z * (1.0 / 40320 + z * (-1.0 / 3628800 + z * (1.0 / 479001600 + z * (-1.0 / 87178291200.0 + z / 20922789888000.0)))))));
  const double first = quarter & 1 ? c : s, second = quarter & 1 ? s : c;
  memcpy(&bits, &first, 8);
  bits ^= (uint64_t)(quarter & 2) << 62;
  memcpy(sine, &bits, 8);
  memcpy(&bits, &second, 8);
  bits ^= (uint64_t)(quarter + 1 & 2) << 62;
  memcpy(cosine, &bits, 8);
}

/* Pairs of normal numbers, as many as there are lanes each time, into two halves of what is given; xorshift128+. */
static void draw(double *restrict drawn, int64_t number)
{
  for (int64_t begin = 0; begin < number; begin += 2 * LANES) {
    uint64_t one[LANES], two[LANES];
    for (int k = 0; k < LANES; ++k) {
      uint64_t x = first[k];
      const uint64_t y = second[k];
      x ^= x << 23;
      x ^= x >> 17 ^ y ^ y >> 26;
      one[k] = x + y;
      first[k] = y, second[k] = x;
    }
    for (int k = 0; k < LANES; ++k) {
      uint64_t x = first[k];
      const uint64_t y = second[k];
      x ^= x << 23;
      x ^= x >> 17 ^ y ^ y >> 26;
      two[k] = x + y;
      first[k] = y, second[k] = x;
    }
    double radius[LANES];
#pragma omp simd
    for (int k = 0; k < LANES; ++k) {
      radius[k] = sqrt(-2.0 * log(((double)(int64_t)(one[k] >> 12) + 0.5) * 0x1p-52));
    }
#pragma omp simd
    for (int k = 0; k < LANES; ++k) {
      double sine, cosine;
      turn((double)(int64_t)(two[k] >> 12) * 0x1p-52, &sine, &cosine);
      drawn[begin + k] = radius[k] * cosine;
      drawn[begin + LANES + k] = radius[k] * sine;
    }
  }
}

int main(int count, char **words)
{
  const int64_t size = count > 1 ? atoll(words[1]) : 1000, edge = size * 4 / 5, inputs = 1000;
  const int64_t steps = count > 2 ? atoll(words[2]) : 10000;
  state = count > 3 ? (uint64_t)atoll(words[3]) : 1;
  const int is_full = size == inputs;
  const int64_t padded = (size + 2 * LANES - 1) / (2 * LANES) * (2 * LANES);

  double *restrict v = array((size_t)padded, 8), *restrict u = array((size_t)padded, 8);
  double *restrict a = array((size_t)padded, 8), *restrict b = array((size_t)padded, 8);
  double *restrict c = array((size_t)padded, 8), *restrict d = array((size_t)padded, 8);
  double *restrict noise = array((size_t)padded, 8), *restrict input = array((size_t)padded, 8);
  double *restrict drawn = array((size_t)padded, 8);
  int64_t *row_start = array((size_t)size + 1, 8);
  uint16_t *target = array(is_full ? 1 : (size_t)(1.1 * (double)(size * inputs)), 2);
  uint32_t *spiked = array((size_t)padded, 4);
  for (int k = 0; k < LANES; ++k) {
    first[k] = next(), second[k] = next();
  }
  for (int64_t i = 0; i < padded; ++i) {
    const double q = uniform();
    const int is_excitatory = i < edge;
    a[i] = is_excitatory ? 0.02 : 0.02 + 0.08 * q, b[i] = is_excitatory ? 0.2 : 0.25 - 0.05 * q;
    c[i] = is_excitatory ? -65.0 + 15.0 * q * q : -65.0, d[i] = is_excitatory ? 8.0 - 6.0 * q * q : 2.0;
    noise[i] = i >= size ? 0.0 : is_excitatory ? 5.0 : 2.0;
    v[i] = -65.0, u[i] = b[i] * v[i];
  }
  if (!is_full) {
    connect(0, size, size, (double)inputs / (double)size, 1, row_start, target);
  }
  const int64_t synapses = is_full ? size * size : row_start[size], first_inhibitory = is_full ? edge * size : row_start[edge];
  double *restrict w = array((size_t)synapses, 8);
  for (int64_t s = 0; s < synapses; ++s) {
    w[s] = s < first_inhibitory ? 0.5 * uniform() : -uniform();
  }
  recording kept = new_recording(steps * size / 25 + size);
  flush_to_zero();

  int64_t spikes = 0;
  const double begin = seconds();
  for (int64_t step = 0; step < steps; ++step) {
    for (int64_t k = 0; k < spikes; ++k) {
      const int64_t i = spiked[k];
      if (is_full) {
        const double *restrict row = w + i * size;
        for (int64_t j = 0; j < size; ++j) {
          input[j] += row[j];
        }
      } else {
        if (k + 1 < spikes) {
          __builtin_prefetch(w + row_start[spiked[k + 1]]);
          __builtin_prefetch(target + row_start[spiked[k + 1]]);
        }
        const int64_t last = row_start[i + 1];
        for (int64_t s = row_start[i]; s < last; ++s) {
          input[target[s]] += w[s];
        }
      }
    }
    spikes = 0;
    draw(drawn, padded);
    for (int64_t group = 0; group < padded; group += GROUP) {
      uint64_t any = 0;
#pragma omp simd reduction(| : any)
      for (int64_t i = group; i < group + GROUP; ++i) {
        const double x = v[i], y = u[i], I = input[i] + noise[i] * drawn[i];
        const double fresh = x + (0.04 * x * x + 5.0 * x + 140.0 - y + I);
        v[i] = fresh;
        u[i] = y + a[i] * (b[i] * x - y);
        input[i] = 0.0;
        any |= fresh >= 30.0;
      }
      for (int64_t i = group; any && i < group + GROUP; ++i) {
        if (v[i] >= 30.0) {
          spiked[spikes++] = (uint32_t)i;
          v[i] = c[i];
          u[i] += d[i];
        }
      }
    }
    record(&kept, step, spiked, spikes);
  }
  printf("%.6f %.4f\n", seconds() - begin, rate(&kept, steps / 2, steps, 1.0, size));
  return 0;
}
