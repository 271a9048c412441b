/* Random rate networks by hand: what those of benchmarks/suite/rate_network.py cost when one program does nothing else.
 *
 * gcc -O3 -march=native -mprefer-vector-width=512 -o rate_network rate_network.c -lm && ./rate_network SIZE MILLISECONDS SEED DENSITY
 *
 * tau r' = -r + tanh(W r) with explicit Euler steps of 0.1 ms, in doubles. A dense matrix is read four rows at a time; a
 * sparse one has rows of weights and of indices in two bytes. Sums may be split among the lanes
 * of vectors. It prints the CPU seconds of the time loop and the root of the mean square of the rates. */
#pragma GCC optimize("fast-math")

#include "network.h"

#define ROWS 4 /* of a dense matrix, read together, so that a value of r is loaded once for all */

static void multiply_dense(const double *restrict w, const double *restrict r, double *restrict sum, int64_t size)
{
  int64_t i = 0;
  for (; i + ROWS <= size; i += ROWS) {
    const double *restrict a = w + i * size, *restrict b = a + size, *restrict c = b + size, *restrict d = c + size;
    double sa = 0.0, sb = 0.0, sc = 0.0, sd = 0.0;
    for (int64_t j = 0; j < size; ++j) {
      sa += a[j] * r[j];
      sb += b[j] * r[j];
      sc += c[j] * r[j];
      sd += d[j] * r[j];
    }
    sum[i] = sa, sum[i + 1] = sb, sum[i + 2] = sc, sum[i + 3] = sd;
  }
  for (; i < size; ++i) {
    double s = 0.0;
    for (int64_t j = 0; j < size; ++j) {
      s += w[i * size + j] * r[j];
    }
    sum[i] = s;
  }
}

static void multiply_sparse(const double *restrict w, const uint16_t *restrict source, const int64_t *restrict row_start,
                            const double *restrict r, double *restrict sum, int64_t size)
{
  for (int64_t i = 0; i < size; ++i) {
    double s = 0.0;
    for (int64_t k = row_start[i]; k < row_start[i + 1]; ++k) {
      s += w[k] * r[source[k]];
    }
    sum[i] = s;
  }
}

int main(int count, char **words)
{
  const int64_t size = count > 1 ? atoll(words[1]) : 1000, steps = 10 * (count > 2 ? atoll(words[2]) : 100);
  state = count > 3 ? (uint64_t)atoll(words[3]) : 1;
  const double density = count > 4 ? atof(words[4]) : 1.0, h_per_tau = 0.1 / 10.0;
  const int is_dense = density >= 1.0;
  const double deviation = 3.0 / sqrt(density * (double)size);
  const size_t room = is_dense ? (size_t)(size * size) : (size_t)(1.2 * density * (double)(size * size)) + 1000;

  double *w = array(room, 8), *restrict r = array((size_t)size, 8), *restrict sum = array((size_t)size, 8);
  uint16_t *source = array(is_dense ? 1 : room, 2);
  int64_t *row_start = array((size_t)size + 1, 8);
  for (int64_t i = 0; i < size; ++i) {
    int64_t filled = row_start[i];
    for (int64_t j = 0; j < size; ++j) {
      if (is_dense || uniform() < density) {
        if (!is_dense) {
          source[filled] = (uint16_t)j;
        }
        w[filled++] = normal(0.0, deviation);
      }
    }
    row_start[i + 1] = filled;
    r[i] = 2.0 * uniform() - 1.0;
  }

  const double begin = seconds();
  for (int64_t step = 0; step < steps; ++step) {
    if (is_dense) {
      multiply_dense(w, r, sum, size);
    } else {
      multiply_sparse(w, source, row_start, r, sum, size);
    }
    for (int64_t i = 0; i < size; ++i) {
      r[i] += h_per_tau * (tanh(sum[i]) - r[i]);
    }
  }
  const double took = seconds() - begin;
  double square = 0.0;
  for (int64_t i = 0; i < size; ++i) {
    square += r[i] * r[i];
  }
  printf("%.6f %.6f\n", took,
         sqrt(square / (double)size));
  return 0;
}
