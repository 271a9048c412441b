/* The cortical microcircuit by hand: what benchmarks/suite/microcircuit.py costs when one program does nothing else.
 *
 * gcc -O3 -march=native -mprefer-vector-width=512 -o microcircuit microcircuit.c -lm && ./microcircuit SIZE MILLISECONDS SEED
 *
 * One thread, single precision. SIZE is the number of neurons, 77,169 at scale 1. A neuron has one row for all its
 * targets, sorted by delay, 8 bytes a synapse; spikes are kept for as long as the longest delay, and the part of a row
 * with delay d is delivered after d steps into one array of inputs. Poisson counts are looked up in a table of their
 * distribution, one number of 32 bits each. It prints the CPU seconds of the time loop after 200 ms, and the rates in Hz
 * of the eight populations. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define POPULATIONS 8
#define DELAYS 64   /* steps */
#define LEVELS 16   /* of the table of Poisson counts */
#define GROUP 64    /* neurons between two looks for spikes */
#define H 0.1

static const int64_t SIZES[POPULATIONS] = {20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948};
static const double OUTSIDE[POPULATIONS] = {1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100};
static const double PUBLISHED[POPULATIONS] = {0.86, 2.80, 4.45, 5.93, 7.59, 8.64, 1.09, 7.88};
static const double PROBABILITY[POPULATIONS][POPULATIONS] = {
    {0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000},
    {0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000},
    {0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000},
    {0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000},
    {0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000},
    {0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000},
    {0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252},
    {0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443}};

typedef struct {
  uint32_t target;
  float weight;
} synapse;

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

static void *array(size_t bytes)
{
  const size_t whole = (bytes + 127) / 64 * 64;
  void *memory = aligned_alloc(64, whole);
  if (!memory) {
    exit(1);
  }
  return memset(memory, 0, whole);
}

static double strength(int post, int pre)
{
  return pre % 2 ? -4.0 : post == 0 && pre == 2 ? 2.0 : 1.0;
}

/* All synapses are drawn twice from the same numbers: counted, then (where there is room for them) put into the rows. */
static void draw(const int64_t *first, double J, uint64_t seed, uint32_t *place, synapse *room)
{
  state = seed;
  for (int post = 0; post < POPULATIONS; ++post) {
    for (int pre = 0; pre < POPULATIONS; ++pre) {
      const int64_t from = first[pre + 1] - first[pre], to = first[post + 1] - first[post];
      const double mean = J * strength(post, pre), late = pre % 2 ? 0.75 : 1.5;
      const int64_t number = (int64_t)(-log1p(-PROBABILITY[post][pre]) * (double)from * (double)to);
      for (int64_t k = 0; k < number; ++k) {
        const uint64_t pair = next();
        const int64_t i = first[pre] + (int64_t)((pair >> 32) * (uint64_t)from >> 32);
        const int64_t j = first[post] + (int64_t)((pair & 0xFFFFFFFFull) * (uint64_t)to >> 32);
        double weight = 0.0;
        int64_t delay = 0;
        do { /* normal numbers with bounds; of the two of a pair, one is the delay's */
          const double length = sqrt(-2.0 * log(uniform())), angle = 6.283185307179586 * uniform();
          weight = mean * (1.0 + 0.1 * length * cos(angle));
          delay = (int64_t)floor((late + 0.5 * late * length * sin(angle)) / H + 0.5);
        } while (weight * mean < 0.0 || delay < 1 || delay >= DELAYS);
        uint32_t *entry = place + i * DELAYS + delay;
        if (room) {
          room[*entry] = (synapse){(uint32_t)j, (float)weight};
        }
        *entry += 1;
      }
    }
  }
}

int main(int count, char **words)
{
  const double scale = (count > 1 ? atof(words[1]) : 7717.0) / 77169.0, J = 87.8 / sqrt(scale);
  const int64_t transient = 2000, steps = transient + 10 * (count > 2 ? atoll(words[2]) : 1000);
  const uint64_t seed = count > 3 ? (uint64_t)atoll(words[3]) : 1;
  const double tau_m = 10.0, tau_syn = 0.5, C = 250.0, per_step = 8.0 / 1000.0 * H;
  const int32_t refractory = 20;
  int64_t first[POPULATIONS + 1] = {0};
  for (int k = 0; k < POPULATIONS; ++k) {
    first[k + 1] = first[k] + (int64_t)llround((double)SIZES[k] * scale);
  }
  const int64_t size = first[POPULATIONS], padded = (size + GROUP - 1) / GROUP * GROUP;

  uint32_t *place = array(4 * (size_t)(size * DELAYS + 1));
  draw(first, J, seed, place, 0);
  uint32_t total = 0;
  for (int64_t k = 0; k <= size * DELAYS; ++k) { /* from numbers to places */
    const uint32_t here = k < size * DELAYS ? place[k] : 0;
    place[k] = total, total += here;
  }
  synapse *room = array(sizeof(synapse) * (size_t)total);
  draw(first, J, seed, place, room); /* leaves the end of each part in its place: the beginning of the next */

  float *restrict v = array(4 * (size_t)padded), *restrict current = array(4 * (size_t)padded);
  float *restrict input = array(4 * (size_t)padded), *restrict constant = array(4 * (size_t)padded);
  int32_t *restrict until = array(4 * (size_t)padded);
  uint32_t *restrict lottery = array(4 * (size_t)padded), *restrict edge = array(4 * (size_t)padded / GROUP * LEVELS);
  uint32_t *restrict history = array(4 * (size_t)(size * DELAYS));
  int64_t spikes[DELAYS] = {0}, fired[POPULATIONS] = {0};
  const float keeps = (float)exp(-H / tau_m), decays = (float)exp(-H / tau_syn), gains = (float)(tau_m / C * (1.0 - keeps));
  const float moves = (float)(tau_syn * tau_m / (C * (tau_m - tau_syn)) * (exp(-H / tau_m) - exp(-H / tau_syn)));
  const float jump = (float)J;
  for (int64_t i = 0, k = 0; i < padded; ++i) {
    k += k + 1 < POPULATIONS && i >= first[k + 1];
    double lost = OUTSIDE[k] * 8.0 * 87.8;
    for (int pre = 0; pre < POPULATIONS; ++pre) {
      lost += -log1p(-PROBABILITY[k][pre]) * (double)SIZES[pre] * PUBLISHED[pre] * 87.8 * strength((int)k, pre);
    }
    constant[i] = (float)((1.0 - sqrt(scale)) * tau_syn / 1000.0 * lost) * gains;
    v[i] = (float)(7.0 + 10.0 * sqrt(-2.0 * log(uniform())) * cos(6.283185307179586 * uniform())); /* above rest */
    lottery[i] = (uint32_t)next() | 1u;
    until[i] = i < size ? 0 : INT32_MAX;
    if (i % GROUP == 0) { /* a group at the edge of two populations takes the first one's numbers */
      const double mean = OUTSIDE[k] * scale * per_step;
      double p = exp(-mean), sum = p;
      for (int64_t level = 0; level < LEVELS; ++level) {
        edge[i / GROUP * LEVELS + level] = (uint32_t)fmin(sum * 0x1p32, 4294967295.0);
        p *= mean / (double)(level + 1), sum += p;
      }
    }
  }

  struct timespec begin, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
  for (int64_t step = 0; step < steps; ++step) {
    if (step == transient) {
      memset(fired, 0, sizeof fired);
      clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
    }
    for (int64_t delay = 1; delay < DELAYS && delay <= step; ++delay) {
      const int64_t slot = (step - delay) % DELAYS;
      const uint32_t *restrict list = history + slot * size;
      for (int64_t k = 0; k < spikes[slot]; ++k) {
        const uint32_t *part = place + (int64_t)list[k] * DELAYS + delay - 1;
        if (k + 2 < spikes[slot]) { /* the beginning of a row's part is where memory has to be waited for */
          const synapse *soon = room + place[(int64_t)list[k + 2] * DELAYS + delay - 1];
          __builtin_prefetch(soon);
          __builtin_prefetch(soon + 8);
        }
        for (uint32_t s = part[0]; s < part[1]; ++s) {
          input[room[s].target] += room[s].weight;
        }
      }
    }
    const int64_t slot = step % DELAYS;
    uint32_t *restrict list = history + slot * size;
    int64_t now = 0;
    for (int64_t group = 0; group < padded; group += GROUP) {
      const uint32_t *restrict edges = edge + group / GROUP * LEVELS;
      uint32_t arrivals[GROUP] = {0}, drawn[GROUP];
      int32_t any = 0;
      for (int64_t k = 0; k < GROUP; ++k) { /* xorshift */
        uint32_t x = lottery[group + k];
        x ^= x << 13, x ^= x >> 17, x ^= x << 5;
        lottery[group + k] = drawn[k] = x;
      }
      for (int64_t level = 0; level < LEVELS; ++level) {
        for (int64_t k = 0; k < GROUP; ++k) {
          arrivals[k] += drawn[k] >= edges[level];
        }
      }
      for (int64_t k = 0; k < GROUP; ++k) {
        const int64_t i = group + k;
        const float fresh = v[i] * keeps + current[i] * moves + constant[i];
        const int32_t active = until[i] <= (int32_t)step;
        v[i] = active ? fresh : v[i];
        current[i] = current[i] * decays + input[i] + jump * (float)(int32_t)arrivals[k];
        input[i] = 0.0f;
        any |= active & (fresh > 15.0f);
      }
      for (int64_t i = group; any && i < group + GROUP; ++i) {
        if (v[i] > 15.0f && until[i] <= (int32_t)step) {
          list[now++] = (uint32_t)i;
          v[i] = 0.0f;
          until[i] = (int32_t)step + 1 + refractory;
        }
      }
    }
    spikes[slot] = now;
    for (int64_t k = 0, population = 0; k < now; ++k) {
      for (; list[k] >= first[population + 1]; ++population) {
      }
      fired[population] += 1;
    }
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("%.6f", (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec));
  for (int k = 0; k < POPULATIONS; ++k) {
    printf(" %.4f", (double)fired[k] / (double)(first[k + 1] - first[k]) / (1e-4 * (double)(steps - transient)));
  }
  printf("\n");
  return 0;
}
