/* What networks written by hand share: their own random numbers, aligned arrays, random rows of targets, the clock. */
#ifndef NETWORK_H
#define NETWORK_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmmintrin.h>

#define LINE 64  /* bytes that arrays are aligned to */
#define GROUP 16 /* neurons between two looks for spikes */

static uint64_t state;

static inline uint64_t next(void) /* splitmix64 */
{
  uint64_t z = (state += 0x9E3779B97F4A7C15ull);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ z >> 27) * 0x94D049BB133111EBull;
  return z ^ z >> 31;
}

static inline double uniform(void)
{
  return ((double)(next() >> 11) + 0.5) * 0x1p-53;
}

static inline double normal(double mean, double deviation)
{
  return mean + deviation * sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static inline size_t whole_lines(size_t bytes)
{
  return (bytes + 2 * LINE) / LINE * LINE; /* one more than asked for: what is prefetched behind the end is there */
}

/* Memory that nobody has touched. */
static inline void *fresh_array(size_t items, size_t bytes)
{
  void *memory = aligned_alloc(LINE, whole_lines(items * bytes));
  if (!memory) {
    exit(1);
  }
  return memory;
}

/* Zeros. */
static inline void *array(size_t items, size_t bytes)
{
  return memset(fresh_array(items, bytes), 0, whole_lines(items * bytes));
}

/* Targets of the neurons first … last - 1, each with probability p; none onto itself, unless `loops`. */
static inline void connect(int64_t first, int64_t last, int64_t size, double p, int loops, int64_t *row_start,
                           uint16_t *target)
{
  const double per_log = 1.0 / log1p(-p);
  for (int64_t i = first; i < last; ++i) {
    int64_t filled = row_start[i];
    for (int64_t j = (int64_t)(log(uniform()) * per_log); j < size; j += 1 + (int64_t)(log(uniform()) * per_log)) {
      if (j != i || loops) {
        target[filled++] = (uint16_t)j;
      }
    }
    row_start[i + 1] = filled;
  }
}

/* Adds a weight to the targets of each spike; the rows of the spikes that follow are on their way. */
static inline void deliver(const uint32_t *restrict spiked, int64_t spikes, const int64_t *restrict row_start,
                           const uint16_t *restrict target, double *restrict g, double w)
{
  for (int64_t k = 0; k < spikes; ++k) {
    if (k + 4 < spikes) {
      __builtin_prefetch(target + row_start[spiked[k + 4]]);
      __builtin_prefetch(target + row_start[spiked[k + 4]] + 32);
      __builtin_prefetch(target + row_start[spiked[k + 4]] + 64);
    }
    const int64_t last = row_start[spiked[k] + 1];
    for (int64_t s = row_start[spiked[k]]; s < last; ++s) {
      g[target[s]] += w;
    }
  }
}

/* Numbers that have decayed to nothing are nothing. */
static inline void flush_to_zero(void)
{
  _mm_setcsr(_mm_getcsr() | 0x8040);
}

/* CPU seconds. */
static inline double seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* What is recorded: steps and ranks, in memory that is there before the clock starts. */
typedef struct {
  int64_t *step;
  uint32_t *rank;
  int64_t number, room;
} recording;

static inline recording new_recording(int64_t room)
{
  recording r = {array((size_t)room, 8), array((size_t)room, 4), 0, room};
  memset(r.step, 1, 8 * (size_t)room);
  memset(r.rank, 1, 4 * (size_t)room);
  return r;
}

static inline void record(recording *r, int64_t step, const uint32_t *restrict spiked, int64_t spikes)
{
  if (r->number + spikes > r->room) {
    fprintf(stderr, "more spikes than there is room for\n");
    exit(1);
  }
  for (int64_t k = 0; k < spikes; ++k) {
    r->step[r->number + k] = step;
    r->rank[r->number + k] = spiked[k];
  }
  r->number += spikes;
}

/* Hz, of `size` neurons from a step on. */
static inline double rate(const recording *r, int64_t from, int64_t until, double ms_per_step, int64_t size)
{
  int64_t late = 0;
  for (int64_t k = 0; k < r->number; ++k) {
    late += r->step[k] >= from;
  }
  return (double)late / (double)size / (1e-3 * ms_per_step * (double)(until - from));
}

#endif
