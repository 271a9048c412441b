/* Population of COBA
 *   tau*dv/dt = (E_L - v) + g_exc*(E_exc - v) + g_inh*(E_inh - v)
 *   tau_exc*dg_exc/dt = -g_exc
 *   tau_inh*dg_inh/dt = -g_inh
 */
WIDE_WHERE_FREE static void update_COBA_0(void *const *restrict b, const instant *restrict now, int64_t begin,
    int64_t end)
{
  const int64_t size = ((const int64_t *)b[0])[0];
  lane *restrict const refractory_until = b[1];
  real *restrict const all_v = b[2];
  const double v_T = *(const real *)b[3];
  real *restrict const all_g_exc = b[4];
  real *restrict const all_g_inh = b[5];
  uint32_t *restrict const spiked = b[6];
  int64_t *restrict const spike_count = b[7];
  const int64_t *restrict const place = b[8];
  const double v_r = *(const real *)b[9];
  real *restrict const all_t_last = b[10];
  const double refractory = *(const real *)b[11];
  const double h = now->dt;
  const double tau = *(const real *)b[12];
  const double tau_exc = *(const real *)b[13];
  const double tau_inh = *(const real *)b[14];
  const double E_L = *(const real *)b[15];
  const double E_exc = *(const real *)b[16];
  const double E_inh = *(const real *)b[17];
  const int64_t slot = now->tick & place[0];
  uint32_t *restrict const listed = spiked + slot * place[1] + begin;
  int64_t *restrict const length = spike_count + slot + LENGTH_AT(begin);
  int64_t spikes;

  if (size == 1) {
    instant *const given = (instant *)now; /* no other kernel looks at it meanwhile */
    instant then = *given;
    lane held_refractory_until = *refractory_until;
    real held_all_v = *all_v;
    real held_all_g_exc = *all_g_exc;
    real held_all_g_inh = *all_g_inh;
    real held_all_t_last = *all_t_last;
    lane *const place_of_refractory_until = refractory_until;
    real *const place_of_all_v = all_v;
    real *const place_of_all_g_exc = all_g_exc;
    real *const place_of_all_g_inh = all_g_inh;
    real *const place_of_all_t_last = all_t_last;
    {
      const instant *const now = &then;
      lane *const refractory_until = &held_refractory_until;
      real *const all_v = &held_all_v;
      real *const all_g_exc = &held_all_g_exc;
      real *const all_g_inh = &held_all_g_inh;
      real *const all_t_last = &held_all_t_last;
      const int64_t i = 0;
      do {
        const double h_per_tau = h / tau;
        const double factor_0 = -h / tau_exc;
        const double factor_1 = -h / tau_inh;
        real top; /* of one neuron */
        real sums[1] = {0};
        {
          const int64_t group = 0;
          (void)group;
          real v = all_v[i];
          real g_exc = all_g_exc[i];
          real g_inh = all_g_inh[i];
          const lane active = refractory_until[i] <= (lane)now->tick;
          /* tau*dv/dt = (E_L - v) + g_exc*(E_exc - v) + g_inh*(E_inh - v) */
          const real new_v = v + h_per_tau * (E_L + g_exc * (E_exc - v) + g_inh * (E_inh - v) - v);
          /* tau_exc*dg_exc/dt = -g_exc */
          const real new_g_exc = g_exc + g_exc * factor_0;
          /* tau_inh*dg_inh/dt = -g_inh */
          const real new_g_inh = g_inh + g_inh * factor_1;
          v = active ? new_v : v;
          all_v[i] = v;
          g_exc = new_g_exc;
          all_g_exc[i] = g_exc;
          g_inh = new_g_inh;
          all_g_inh[i] = g_inh;
          top = v;
          sums[i - group] += g_exc * g_inh + v;
        }
        (void)sums;
        spikes = 0;
        if (top > v_T) {
          real v = all_v[i];
          if ((refractory_until[i] <= (lane)now->tick) & (v > v_T)) {
            listed[spikes++] = 0;
            /* v = v_r */
            v = v_r;
            all_v[i] = v;
            all_t_last[i] = (real)now->time;
            refractory_until[i] = (lane)(now->tick + 1 + (int64_t)floor(refractory / now->dt + 0.5));
          }
        }
        if (!(fabs(sums[0]) < INFINITY)) {
          report_not_finite(now, all_v[i], ((const int64_t *)b[0])[2] * CULPRITS + 0, i);
          report_not_finite(now, all_g_exc[i], ((const int64_t *)b[0])[2] * CULPRITS + 1, i);
          report_not_finite(now, all_g_inh[i], ((const int64_t *)b[0])[2] * CULPRITS + 2, i);
        }
      } while (goes_on(now, spikes));
    }
    *place_of_refractory_until = held_refractory_until;
    *place_of_all_v = held_all_v;
    *place_of_all_g_exc = held_all_g_exc;
    *place_of_all_g_inh = held_all_g_inh;
    *place_of_all_t_last = held_all_t_last;
    if (then.quiet != given->quiet) { /* it went ahead */
      *given = then;
    }
    *length = spikes;
    return;
  }
  end = end < WHOLE_GROUPS(size) ? end : WHOLE_GROUPS(size);
  do {
    /* the same for all neurons in this step */
    const double h_per_tau = h / tau;
    const double factor_0 = -h / tau_exc;
    const double factor_1 = -h / tau_inh;
    spikes = 0;
    real sums[GROUP] = {0}; /* by place in a group: finite where all is finite that was added */

    /* there and back: the neurons updated last are still in a near cache */
    const int64_t back = now->tick & 1;
    for (int64_t along = begin; along < end; along += GROUP) {
      const int64_t group = back ? begin + end - GROUP - along : along;
      real top = -INFINITY;

#pragma omp simd reduction(max : top)
      for (int64_t i = group; i < group + GROUP; ++i) {
        real v = all_v[i];
        real g_exc = all_g_exc[i];
        real g_inh = all_g_inh[i];
        const lane active = refractory_until[i] <= (lane)now->tick;
        /* tau*dv/dt = (E_L - v) + g_exc*(E_exc - v) + g_inh*(E_inh - v) */
        const real new_v = v + h_per_tau * (E_L + g_exc * (E_exc - v) + g_inh * (E_inh - v) - v);
        /* tau_exc*dg_exc/dt = -g_exc */
        const real new_g_exc = g_exc + g_exc * factor_0;
        /* tau_inh*dg_inh/dt = -g_inh */
        const real new_g_inh = g_inh + g_inh * factor_1;
        v = active ? new_v : v;
        all_v[i] = v;
        g_exc = new_g_exc;
        all_g_exc[i] = g_exc;
        g_inh = new_g_inh;
        all_g_inh[i] = g_inh;
        top = v > top ? v : top;
        sums[i - group] += g_exc * g_inh + v;
      }

      if (top > v_T) {
        lane found = 0; /* a bit for each neuron */

#pragma omp simd reduction(| : found)
        for (int64_t i = group; i < group + GROUP; ++i) {
          real v = all_v[i];
          found |= (lane)((refractory_until[i] <= (lane)now->tick) & (v > v_T)) << (i - group);
        }
        const int64_t last = group + GROUP < size ? group + GROUP : size;
        for (uint64_t hits = (uint64_t)found & ((1ull << (last - group)) - 1); hits;) {
          const int bit = back ? 63 - __builtin_clzll(hits) : __builtin_ctzll(hits);
          const int64_t i = group + bit;
          hits ^= 1ull << bit;
          real v = all_v[i];
          listed[spikes++] = (uint32_t)i;
          /* v = v_r */
          v = v_r;
          all_v[i] = v;
          all_t_last[i] = (real)now->time;
          refractory_until[i] = (lane)(now->tick + 1 + (int64_t)floor(refractory / now->dt + 0.5));
        }
      }
    }
    real total = 0;
#pragma omp simd reduction(+ : total)
    for (int64_t k = 0; k < GROUP; ++k) {
      total += sums[k];
    }
    if (!(fabs(total) < INFINITY)) {
      real *const checked[] = {all_v, all_g_exc, all_g_inh};
      look_at_all(now, checked, 3, ((const int64_t *)b[0])[2] * CULPRITS, begin, end, size);
    }
  } while (goes_on(now, spikes));
  if (now->tick & 1) {
    turn_around(listed, spikes);
  }
  *length = spikes;
}

/* Projection with DefaultSpikingSynapse: g_target += w
 *
 * From all to all, with one weight and one delay: all get the same, without what they bring themselves.
 */
static void deliver_DefaultSpikingSynapse_1(void *const *restrict b, const instant *restrict now, int64_t begin,
    int64_t end)
{
  const int64_t *number = b[0]; /* pre-synaptic neurons, slots of the ring, shortest and longest delay in steps */
  const uint32_t *restrict ring = b[1];
  const int64_t *ring_count = b[2];
  const uint16_t *restrict target = b[4];
  real *restrict input = b[5];
  const uint8_t *restrict is_source = b[8];
  const int64_t *restrict begins = b[9];
  const double w = *(const real *)b[7];

  const int64_t slot = (now->tick - number[2]) & (number[1] - 1), count = ring_count[slot];
  const uint32_t *restrict spikes = ring + slot * number[0];

  real total = 0;
  for (int64_t k = 0; k < count; ++k) {
    const int64_t i = spikes[k];
    if (!is_source[i]) {
      continue;
    }

    total += w;
  }
  for (int64_t range = begin; range < (count ? end : begin); ++range) {
    const int64_t last = begins[range + 1];
    int64_t s = begins[range];
    for (int64_t k = 0; k < count; ++k) { /* spikes ascend, as targets do */
      const int64_t i = spikes[k];
      if (!is_source[i]) {
        continue;
      }

      for (; s < last && target[s] < i; ++s) {
        input[target[s]] += total;
      }
      if (s < last && target[s] == i) {
        input[target[s]] += total - w;
        ++s;
      }
    }
    for (; s < last; ++s) {
      input[target[s]] += total;
    }
  }
}

/* Projection with DefaultSpikingSynapse: g_target += w
 *
 * Rows hold the targets of one pre-synaptic neuron, sorted by delay; each range of post-synaptic neurons has rows of its own.
 */
static void deliver_DefaultSpikingSynapse_2(void *const *restrict b, const instant *restrict now, int64_t begin,
    int64_t end)
{
  const int64_t *number = b[0]; /* pre-synaptic neurons, slots of the ring, shortest and longest delay in steps */
  const uint32_t *restrict ring = b[1];
  const int64_t *ring_count = b[2];
  const int64_t *restrict row_start = b[3];
  const uint16_t *restrict target = b[4];
  real *restrict input = b[5];
  const uint32_t *restrict part_start = b[6]; /* where the synapses of each delay begin in a row */
  const int64_t delays = number[3] - number[2] + 1;
  const real *restrict const all_w = b[7];

  for (int64_t range = begin; range < end; ++range) {
    int64_t delay = number[2], k = 0;

    while (delay <= number[3]) {
      int64_t who[BATCH], first_of[BATCH + FETCHED], last_of[BATCH], batch = 0;
      const uint32_t *part_of[BATCH];

      while (batch < BATCH && delay <= number[3]) {
        const int64_t slot = (now->tick - delay) & (number[1] - 1), count = ring_count[slot];
        const uint32_t *restrict spikes = ring + slot * number[0];
        for (; k < count && batch < BATCH; ++k, ++batch) {
          const int64_t row = range * number[0] + spikes[k];
          who[batch] = spikes[k];
          __builtin_prefetch(&row_start[row]);
          part_of[batch] = part_start + row * (delays + 1) + (delay - number[2]);
          __builtin_prefetch(part_of[batch]);
        }
        if (k >= count) {
          ++delay, k = 0;
        }
      }
      for (int64_t m = 0; m < batch; ++m) {
        const int64_t row = range * number[0] + who[m];
        first_of[m] = row_start[row] + part_of[m][0], last_of[m] = row_start[row] + part_of[m][1];
      }
      for (int64_t m = batch; m < batch + FETCHED; ++m) {
        first_of[m] = 0;
      }
      for (int64_t m = 0; m < FETCHED; ++m) { /* the others are fetched as these are gone through */
        FETCH(&target[first_of[m]]);
        FETCH(&all_w[first_of[m]]);
      }
      for (int64_t m = 0; m < batch; ++m) {
        const int64_t i = who[m], first = first_of[m], last = last_of[m], upcoming = first_of[m + 1], coming =
            first_of[m + FETCHED];
        FETCH(&target[coming]);
        FETCH(&all_w[coming]);
        (void)i, (void)upcoming;
        const int64_t reach = last - first < AHEAD_IN_ROW ? last - first : AHEAD_IN_ROW;
        for (int64_t near = first; near < last; near += 8) {
          const int64_t ahead = near + reach < last ? near + reach : upcoming + near + reach - last;
          __builtin_prefetch(&target[ahead]);
          __builtin_prefetch(&all_w[ahead]);
          if (near + 8 <= last) {
            for (int64_t s = near; s < near + 8; ++s) {
              input[target[s]] += all_w[s];
            }
          } else {
            for (int64_t s = near; s < last; ++s) {
              input[target[s]] += all_w[s];
            }
          }
        }

      }
    }
  }
}
