/* An echo-state network by hand: what that of benchmarks/suite/reservoir.py costs when one program does nothing else.
 *
 * gcc -O3 -march=native -mprefer-vector-width=512 -o reservoir reservoir.c -lm && ./reservoir UNITS STEPS SEED
 *
 * r += leak (tanh(w_in u + W r) - r), in doubles, W by compressed rows with indices in two bytes; all states are kept,
 * in memory that the loop is the first to touch, as it is in a simulator. Sums may be split among the lanes of vectors.
 * It prints the CPU seconds of the loop and the root of the mean square of the states in its second half. */
#pragma GCC optimize("fast-math")

#include "network.h"

int main(int count, char **words)
{
  const int64_t size = count > 1 ? atoll(words[1]) : 1000, steps = count > 2 ? atoll(words[2]) : 10000;
  state = count > 3 ? (uint64_t)atoll(words[3]) : 1;
  const double density = 0.1, leak = 0.3, deviation = 0.9 / sqrt(density * (double)size);
  const size_t room = (size_t)(1.3 * density * (double)(size * size)) + 1000;
  double *restrict w = array(room, 8), *restrict w_in = array((size_t)size, 8), *restrict sum = array((size_t)size, 8);
  double *restrict r = array((size_t)size, 8), *restrict u = array((size_t)steps, 8);
  double *restrict states = fresh_array((size_t)(size * steps), 8);
  uint16_t *restrict source = array(room, 2);
  int64_t *restrict row_start = array((size_t)size + 1, 8);
  row_start[0] = 0;
  for (int64_t i = 0; i < size; ++i) {
    int64_t filled = row_start[i];
    for (int64_t j = 0; j < size; ++j) {
      if (uniform() < density) {
        source[filled] = (uint16_t)j;
        w[filled++] = normal(0.0, deviation);
      }
    }
    row_start[i + 1] = filled;
    r[i] = 0.0;
    w_in[i] = 2.0 * uniform() - 1.0;
  }
  for (int64_t step = 0; step < steps; ++step) {
    u[step] = 2.0 * uniform() - 1.0;
  }

  const double begin = seconds();
  for (int64_t step = 0; step < steps; ++step) {
    for (int64_t i = 0; i < size; ++i) {
      double s = w_in[i] * u[step];
      for (int64_t k = row_start[i]; k < row_start[i + 1]; ++k) {
        s += w[k] * r[source[k]];
      }
      sum[i] = s;
    }
    for (int64_t i = 0; i < size; ++i) {
      r[i] += leak * (tanh(sum[i]) - r[i]);
    }
    memcpy(states + step * size, r, 8 * (size_t)size);
  }
  const double took = seconds() - begin;
  double square = 0.0;
  for (int64_t k = steps / 2 * size; k < steps * size; ++k) {
    square += states[k] * states[k];
  }
  printf("%.6f %.6f\n", took,
         sqrt(square / (double)((steps - steps / 2) * size)));
  return 0;
}
