/* `draw_columns` in vectors of so many LANES, for the instructions of TARGET; bits.h takes it once for each of them.

   Vectors of 64 bits hold a word each, in their lower half: the upper one is left over from products, which take no
   notice of it. */

typedef int NAME(halves) __attribute__((vector_size(8 * LANES)));
typedef long long NAME(words) __attribute__((vector_size(8 * LANES)));
typedef uint32_t NAME(narrow) __attribute__((vector_size(8 * LANES)));
typedef uint64_t NAME(wide) __attribute__((vector_size(8 * LANES)));
#define BOTH(low, high) ((NAME(narrow))(((low) & 0xFFFFFFFFu) | ((high) & ~(uint64_t)0xFFFFFFFFu)))

/* The columns of two words of each lane, side by side. */
TARGET static inline NAME(narrow)
    NAME(columns_of)(NAME(wide) one, NAME(wide) other, NAME(narrow) bound, NAME(narrow) unfair)
{
  const NAME(wide) p = PRODUCT(one, bound), q = PRODUCT(other, bound);
  const NAME(narrow) fair = (NAME(narrow))(BOTH(p, q << 32) >= unfair);
  return (BOTH(p >> 32, q) & fair) | (bound & ~fair);
}

TARGET static inline void NAME(draw_columns)(uint32_t *restrict out, int64_t number, const Columns *from)
{
  const NAME(narrow) none = {0}, bound = none + from->bound, unfair = none + (0u - from->bound) % from->bound;
  const NAME(wide) zero = {0};
  NAME(wide) lanes;
  for (int lane = 0; lane < LANES; ++lane) {
    lanes[lane] = (uint64_t)lane;
  }
  for (int64_t k = 0; k < number; k += 8 * LANES) { /* two at a time, since products come late */
    NAME(wide) a = zero + from->row, b = zero + from->stream, c = lanes + (from->count + (uint64_t)k / 4), d = zero;
    NAME(wide) e = a, f = b, g = c + LANES, h = d;
    NAME(wide) one = zero + from->key0, two = zero + from->key1;
    for (int round = 0; round < 10; ++round) {
      const NAME(wide) p = PRODUCT(a, zero + 0xD2511F53u), q = PRODUCT(c, zero + 0xCD9E8D57u);
      const NAME(wide) r = PRODUCT(e, zero + 0xD2511F53u), s = PRODUCT(g, zero + 0xCD9E8D57u);
      a = (q >> 32) ^ b ^ one, c = (p >> 32) ^ d ^ two, b = q, d = p;
      e = (s >> 32) ^ f ^ one, g = (r >> 32) ^ h ^ two, f = s, h = r;
      one += 0x9E3779B9u, two += 0xBB67AE85u;
    }
    /* of each 8 counters first the words a and b of all, then c and d: 8 lanes are 8 counters, 4 are half of them */
    const int64_t later = AT_ONCE / 2, next = LANES == 8 ? AT_ONCE : AT_ONCE / 4;
    const NAME(narrow) columns[4] = {NAME(columns_of)(a, b, bound, unfair), NAME(columns_of)(c, d, bound, unfair),
                                     NAME(columns_of)(e, f, bound, unfair), NAME(columns_of)(g, h, bound, unfair)};
    memcpy(out + k, columns, sizeof *columns);
    memcpy(out + k + later, columns + 1, sizeof *columns);
    memcpy(out + k + next, columns + 2, sizeof *columns);
    memcpy(out + k + next + later, columns + 3, sizeof *columns);
  }
}

#undef BOTH
#undef LANES
#undef TARGET
#undef NAME
#undef PRODUCT
