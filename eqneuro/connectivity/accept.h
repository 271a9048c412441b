/* Pairs of a row: each accepted with a probability of its own, by 32 bits that belong to it, many at once; and listed. */

#include "bits.h"

#define PAIRS_AT_ONCE 256 /* their words come of a quarter as many counters */

#if defined(HAS_VECTORS) && defined(__GLIBC__)
#define FOR_EACH_WIDTH __attribute__((target_clones("default", "avx2", "avx512f"))) static inline
#else
#define FOR_EACH_WIDTH static inline
#endif

/* The words of counters (row, stream, cell, 0) from one cell on: four a cell. */
FOR_EACH_WIDTH void draw_cells(uint32_t row, uint32_t stream, uint32_t cell, uint32_t key0, uint32_t key1,
                               uint32_t *restrict words)
{
  for (uint32_t k = 0; k < PAIRS_AT_ONCE / 4; ++k) {
    uint64_t a = row, b = stream, c = cell + k, d = 0;
    uint32_t one = key0, two = key1;
    for (int round = 0; round < 10; ++round) {
      const uint64_t p = (a & 0xFFFFFFFFu) * 0xD2511F53u, q = (c & 0xFFFFFFFFu) * 0xCD9E8D57u;
      a = (q >> 32) ^ b ^ one, c = (p >> 32) ^ d ^ two, b = q & 0xFFFFFFFFu, d = p & 0xFFFFFFFFu;
      one += 0x9E3779B9u, two += 0xBB67AE85u;
    }
    words[4 * k] = (uint32_t)a, words[4 * k + 1] = (uint32_t)b;
    words[4 * k + 2] = (uint32_t)c, words[4 * k + 3] = (uint32_t)d;
  }
}

/* Whether 32 bits decide of all of some pairs, which leaves those that are accepted; else nothing is changed. */
FOR_EACH_PROCESSOR int accept_some(const double *restrict chance, const uint32_t *restrict words, int64_t number,
                                   unsigned char *restrict accepted)
{
  unsigned char is_open = 0;
  for (int64_t k = 0; k < number; ++k) {
    const double scaled = chance[k] * 0x1p32, word = words[k];
    const unsigned char is_wrong = !(chance[k] >= 0.0) | !(chance[k] <= 1.0);
    const unsigned char is_near = (word <= scaled) & (scaled < word + 1.0);
    is_open |= accepted[k] & (is_wrong | is_near);
  }
  if (is_open) {
    return 0;
  }
  for (int64_t k = 0; k < number; ++k) {
    accepted[k] &= (double)words[k] + 1.0 <= chance[k] * 0x1p32;
  }
  return 1;
}

FOR_EACH_PROCESSOR int64_t count_marked(const unsigned char *marked, int64_t number)
{
  int64_t count = 0;
  for (int64_t k = 0; k < number; ++k) {
    count += marked[k] != 0;
  }
  return count;
}

/* Where the marks are; most words of eight are empty. Returns how many there are. */
static inline int64_t list_marked(const unsigned char *marked, int64_t number, uint32_t *out)
{
  int64_t filled = 0, k = 0;
  for (; k + 8 <= number; k += 8) {
    uint64_t word;
    memcpy(&word, marked + k, 8);
    for (int place = 0; word && place < 8; ++place) {
      out[filled] = (uint32_t)(k + place);
      filled += marked[k + place] != 0;
    }
  }
  for (; k < number; ++k) {
    if (marked[k]) {
      out[filled++] = (uint32_t)k;
    }
  }
  return filled;
}
