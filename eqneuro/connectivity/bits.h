/* Rows of bits, one for each pair of neurons: drawn, turned, and read as lists of ranks. */

#pragma once
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define HAS_VECTORS
#if defined(__GLIBC__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("default", "avx2"))) static inline
#endif
#endif
#ifndef FOR_EACH_PROCESSOR
#define FOR_EACH_PROCESSOR static inline
#endif

typedef struct {
  uint32_t a, b, c, d;
} Words;

/* Philox 4x32-10 (Salmon, Moraes, Dror & Shaw 2011). */
static inline Words philox(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t key0, uint32_t key1)
{
  for (int round = 0; round < 10; ++round) {
    const uint64_t p = (uint64_t)0xD2511F53u * a, q = (uint64_t)0xCD9E8D57u * c;
    const uint32_t next0 = (uint32_t)(q >> 32) ^ b ^ key0, next2 = (uint32_t)(p >> 32) ^ d ^ key1;
    a = next0, b = (uint32_t)q, c = next2, d = (uint32_t)p;
    key0 += 0x9E3779B9u, key1 += 0xBB67AE85u;
  }
  return (Words){a, b, c, d};
}

/* Where the columns of a row come from: the words of counters (row, stream, count). */
typedef struct {
  uint32_t row, stream, count, key0, key1, bound;
} Columns;

/* Those of a seed, before the first row. */
static inline Columns columns_of_seed(uint64_t seed, uint32_t stream, uint32_t bound)
{
  const uint32_t high = (uint32_t)(seed >> 32);
  return (Columns){.stream = stream, .key0 = (uint32_t)seed, .key1 = high ^ 0x9E3779B9u, .bound = bound};
}

#define AT_ONCE 32 /* columns that 8 counters give */

/* A column below the bound. Words that would make some columns more likely give the bound itself (Lemire 2019, ACM
   Trans. Model. Comput. Simul. 29:3). */
static inline uint32_t column_of(uint32_t word, uint32_t bound, uint32_t unfair)
{
  const uint64_t product = (uint64_t)word * bound;
  return (uint32_t)product < unfair ? bound : (uint32_t)(product >> 32);
}

static inline void draw_columns_one_by_one(uint32_t *restrict out, int64_t number, const Columns *from)
{
  const uint32_t bound = from->bound, unfair = (0u - bound) % bound;
  for (int64_t k = 0; k < number; k += AT_ONCE) {
    for (int lane = 0; lane < 8; ++lane) {
      const uint32_t count = from->count + (uint32_t)(k / 4) + lane;
      const Words w = philox(from->row, from->stream, count, 0, from->key0, from->key1);
      out[k + 2 * lane] = column_of(w.a, bound, unfair), out[k + 2 * lane + 1] = column_of(w.b, bound, unfair);
      out[k + 2 * lane + 16] = column_of(w.c, bound, unfair), out[k + 2 * lane + 17] = column_of(w.d, bound, unfair);
    }
  }
}

#ifdef HAS_VECTORS
#define LANES 4
#define TARGET __attribute__((target("avx2")))
#define NAME(name) name##_avx2
#define PRODUCT(a, b) ((NAME(wide))__builtin_ia32_pmuludq256((NAME(halves))(a), (NAME(halves))(b)))
#include "columns.h"
#define LANES 8
#define TARGET __attribute__((target("avx512f")))
#define NAME(name) name##_avx512
#define PRODUCT(a, b) \
  ((NAME(wide))__builtin_ia32_pmuludq512_mask((NAME(halves))(a), (NAME(halves))(b), (NAME(words)){0}, 255))
#include "columns.h"
#endif

/* `number` columns, or some more up to a multiple of 2 * AT_ONCE. */
static inline void draw_columns(uint32_t *restrict out, int64_t number, const Columns *from)
{
#ifdef HAS_VECTORS
  if (__builtin_cpu_supports("avx512f")) {
    draw_columns_avx512(out, number, from);
    return;
  }
  if (__builtin_cpu_supports("avx2")) {
    draw_columns_avx2(out, number, from);
    return;
  }
#endif
  draw_columns_one_by_one(out, number, from);
}

FOR_EACH_PROCESSOR int64_t count_bits(const uint64_t *bits, int64_t words)
{
  int64_t count = 0;
  for (int64_t k = 0; k < words; ++k) {
    count += __builtin_popcountll(bits[k]);
  }
  return count;
}

/* Marks `number` columns beside those that are marked; room holds CHUNK of them. Taking what is new out of a
   sequence, until there is enough, makes all sets equally likely. As many as are missing can be marked before
   anything is counted, which pays where there are more of them than words; others are looked at one by one. A bit
   behind the last column, which is clear at the end, takes what is drawn in vain. */
#define CHUNK 2048
static inline void mark_columns(uint64_t *restrict bits, int64_t words, int64_t number, int64_t marked, Columns *from,
                                uint32_t *restrict room)
{
  const int64_t bound = from->bound;
  bits[bound >> 6] |= (uint64_t)1 << (bound & 63);
  for (int64_t missing = number; missing > 0;) {
    const int64_t likely = missing + missing * missing / bound * 3 / 4 + AT_ONCE / 4; /* some will be drawn twice */
    const int64_t tries = likely < CHUNK ? (likely + AT_ONCE - 1) / AT_ONCE * AT_ONCE : CHUNK;
    const int64_t sure = missing < words ? 0 : missing < tries ? missing : tries;
    draw_columns(room, tries, from);
    from->count += (uint32_t)tries / 4;
    for (int64_t k = 0; k < sure; ++k) {
      bits[room[k] >> 6] |= (uint64_t)1 << (room[k] & 63);
    }
    if (sure) {
      missing = marked + number + 1 - count_bits(bits, words);
    }
    for (int64_t k = sure; k < tries && missing > 0; ++k) {
      missing -= ~(bits[room[k] >> 6] >> (room[k] & 63)) & 1;
      bits[room[k] >> 6] |= (uint64_t)1 << (room[k] & 63);
    }
  }
  bits[bound >> 6] &= ~((uint64_t)1 << (bound & 63));
}

/* A row with `number` marked columns, never `hole` where that is not negative. Of many it is drawn which ones are
   left out. */
static inline void draw_row(uint64_t *restrict bits, int64_t words, int64_t number, int64_t hole, Columns *from,
                            uint32_t *restrict room)
{
  const int64_t bound = from->bound, others = bound - (hole >= 0) - number;
  const uint64_t gap = hole < 0 ? 0 : (uint64_t)1 << (hole & 63);
  uint64_t *const place = bits + (hole < 0 ? 0 : hole >> 6);
  memset(bits, 0, words * sizeof *bits);
  *place |= gap;
  if (number <= others) {
    mark_columns(bits, words, number, hole >= 0, from, room);
    *place &= ~gap;
    return;
  }
  mark_columns(bits, words, others, hole >= 0, from, room);
  for (int64_t k = 0; k < words; ++k) {
    bits[k] = ~bits[k];
  }
  bits[words - 1] &= ((uint64_t)1 << (bound & 63)) - 1;
}

/* Swaps the rows and columns of 64 × 64 bits, half by half (Warren, Hacker's Delight, section 7-3). */
#define SWAP(distance, mask)                                                                                              \
  for (int first = 0; first < 64; first += 2 * distance) {                                                                 \
    for (int k = first; k < first + distance; ++k) {                                                                       \
      const uint64_t changed = (square[k] >> distance ^ square[k + distance]) & mask;                                      \
      square[k] ^= changed << distance, square[k + distance] ^= changed;                                                   \
    }                                                                                                                      \
  }

static inline void turn_square(uint64_t *restrict square)
{
  SWAP(32, 0x00000000FFFFFFFFu)
  SWAP(16, 0x0000FFFF0000FFFFu)
  SWAP(8, 0x00FF00FF00FF00FFu)
  SWAP(4, 0x0F0F0F0F0F0F0F0Fu)
  SWAP(2, 0x3333333333333333u)
  SWAP(1, 0x5555555555555555u)
}

/* Some words of each of the rows, turned: 64 rows of bits, `width` words long, for each of these words. */
FOR_EACH_PROCESSOR void turn(const uint64_t *restrict bits, int64_t words, int64_t rows, int64_t some,
                             uint64_t *restrict turned, int64_t width)
{
  uint64_t square[64];
  for (int64_t group = 0; group < width; ++group) {
    const int64_t filled = rows - 64 * group < 64 ? rows - 64 * group : 64;
    for (int64_t word = 0; word < some; ++word) {
      for (int64_t k = 0; k < filled; ++k) {
        square[k] = bits[(64 * group + k) * words + word];
      }
      memset(square + filled, 0, (64 - filled) * sizeof *square);
      turn_square(square);
      for (int64_t k = 0; k < 64; ++k) {
        turned[(64 * word + k) * width + group] = square[k];
      }
    }
  }
}

/* The places of set bits, ascending, plus `first`; `number` says about how many there are. Some of a word are written
   at once, whether there are so many or not, and where bits are rare words without any are left out beforehand:
   branches that depend on random bits cost more. So `out` needs room for EXCESS more. */
#define EXCESS 8
#define BATCH 256
#define READ_BITS(NAME, RANK)                                                                                              \
  __attribute__((always_inline)) static inline int64_t NAME##_word(uint64_t left, uint32_t first, RANK *restrict out,      \
                                                                   const int at_once)                                      \
  {                                                                                                                        \
    const int count = __builtin_popcountll(left);                                                                          \
    int k = 0;                                                                                                             \
    do {                                                                                                                   \
      for (const int end = k + at_once; k < end; ++k) {                                                                    \
        out[k] = (RANK)(first + (uint32_t)__builtin_ctzll(left | (uint64_t)1 << 63));                                      \
        left &= left - 1;                                                                                                  \
      }                                                                                                                    \
    } while (k < count);                                                                                                   \
    return count;                                                                                                          \
  }                                                                                                                        \
  __attribute__((always_inline)) static inline int64_t NAME##_rare(const uint64_t *restrict bits, int64_t words,           \
                                                                   uint32_t first, RANK *restrict out)                     \
  {                                                                                                                        \
    int64_t filled = 0;                                                                                                    \
    for (int64_t begin = 0; begin < words; begin += BATCH) {                                                               \
      uint32_t kept[BATCH];                                                                                                \
      int64_t some = 0;                                                                                                    \
      for (int64_t word = begin; word < words && word < begin + BATCH; ++word) {                                           \
        kept[some] = (uint32_t)word;                                                                                       \
        some += bits[word] != 0;                                                                                           \
      }                                                                                                                    \
      for (int64_t k = 0; k < some; ++k) {                                                                                 \
        filled += NAME##_word(bits[kept[k]], first + 64 * kept[k], out + filled, 2);                                       \
      }                                                                                                                    \
    }                                                                                                                      \
    return filled;                                                                                                         \
  }                                                                                                                        \
  FOR_EACH_PROCESSOR int64_t NAME(const uint64_t *restrict bits, int64_t words, int64_t number, uint32_t first,            \
                                  RANK *restrict out)                                                                      \
  {                                                                                                                        \
    int64_t filled = 0;                                                                                                    \
    if (number < words) {                                                                                                  \
      return NAME##_rare(bits, words, first, out);                                                                         \
    }                                                                                                                      \
    for (int64_t word = 0; word < words; ++word) {                                                                         \
      filled += number > 4 * words ? NAME##_word(bits[word], first + 64 * (uint32_t)word, out + filled, 8)                 \
                                   : NAME##_word(bits[word], first + 64 * (uint32_t)word, out + filled, 4);                \
    }                                                                                                                      \
    return filled;                                                                                                         \
  }
READ_BITS(read_narrow, uint16_t)
READ_BITS(read_wide, uint32_t)
