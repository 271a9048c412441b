/* Population of Alpha synapse
 *   dx/dt = -x/tau_syn : exact
 *   dy/dt = (x - y)/tau_syn : exact
 *   dv/dt = (y + g_ext - v)/tau : exact
 */
WIDE_WHERE_FREE static void update_Alpha_synapse_0(void *const *restrict b, const instant *restrict now,
    int64_t begin, int64_t end)
{
  const int64_t size = ((const int64_t *)b[0])[0];
  real *restrict const all_v = b[1];
  real *restrict const all_x = b[2];
  real *restrict const all_y = b[3];
  real *restrict const all_g_ext = b[4];
  uint32_t *restrict const spiked = b[5];
  int64_t *restrict const spike_count = b[6];
  const int64_t *restrict const place = b[7];
  real *restrict const all_t_last = b[8];
  const double Q_0_2_2 = *(const real *)b[9];
  const double tau = *(const real *)b[10];
  const double P_0_0_0 = *(const real *)b[11];
  const double P_0_1_0 = *(const real *)b[12];
  const double P_0_1_1 = *(const real *)b[13];
  const double P_0_2_0 = *(const real *)b[14];
  const double P_0_2_1 = *(const real *)b[15];
  const double P_0_2_2 = *(const real *)b[16];
  const int64_t slot = now->tick & place[0];
  uint32_t *restrict const listed = spiked + slot * place[1] + begin;
  int64_t *restrict const length = spike_count + slot + LENGTH_AT(begin);
  int64_t spikes;

  if (size == 1) {
    instant *const given = (instant *)now; /* no other kernel looks at it meanwhile */
    instant then = *given;
    real held_all_v = *all_v;
    real held_all_x = *all_x;
    real held_all_y = *all_y;
    real held_all_g_ext = *all_g_ext;
    real held_all_t_last = *all_t_last;
    real *const place_of_all_v = all_v;
    real *const place_of_all_x = all_x;
    real *const place_of_all_y = all_y;
    real *const place_of_all_g_ext = all_g_ext;
    real *const place_of_all_t_last = all_t_last;
    {
      const instant *const now = &then;
      real *const all_v = &held_all_v;
      real *const all_x = &held_all_x;
      real *const all_y = &held_all_y;
      real *const all_g_ext = &held_all_g_ext;
      real *const all_t_last = &held_all_t_last;
      const int64_t i = 0;
      do {
        const double factor_0 = Q_0_2_2 / tau;
        real top; /* of one neuron */
        real sums[1] = {0};
        {
          const int64_t group = 0;
          (void)group;
          real v = all_v[i];
          real x = all_x[i];
          real y = all_y[i];
          const real g_ext = all_g_ext[i];
          /* dx/dt = -x/tau_syn : exact */
          const real new_x = P_0_0_0 * x;
          /* dy/dt = (x - y)/tau_syn : exact */
          const real new_y = P_0_1_0 * x + P_0_1_1 * y;
          /* dv/dt = (y + g_ext - v)/tau : exact */
          const real new_v = P_0_2_0 * x + P_0_2_1 * y + P_0_2_2 * v + g_ext * factor_0;
          x = new_x;
          all_x[i] = x;
          y = new_y;
          all_y[i] = y;
          v = new_v;
          all_v[i] = v;
          top = v;
          sums[i - group] += y * v + x;
          all_g_ext[i] = 0;
        }
        (void)sums;
        spikes = 0;
        if (top > 15.0) {
          real v = all_v[i];
          if (v > 15.0) {
            listed[spikes++] = 0;
            /* v = 0.0 */
            v = 0.0;
            all_v[i] = v;
            all_t_last[i] = (real)now->time;
          }
        }
        if (!(fabs(sums[0]) < INFINITY)) {
          report_not_finite(now, all_x[i], ((const int64_t *)b[0])[2] * CULPRITS + 0, i);
          report_not_finite(now, all_y[i], ((const int64_t *)b[0])[2] * CULPRITS + 1, i);
          report_not_finite(now, all_v[i], ((const int64_t *)b[0])[2] * CULPRITS + 2, i);
        }
      } while (goes_on(now, spikes));
    }
    *place_of_all_v = held_all_v;
    *place_of_all_x = held_all_x;
    *place_of_all_y = held_all_y;
    *place_of_all_g_ext = held_all_g_ext;
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
    const double factor_0 = Q_0_2_2 / tau;
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
        real x = all_x[i];
        real y = all_y[i];
        const real g_ext = all_g_ext[i];
        /* dx/dt = -x/tau_syn : exact */
        const real new_x = P_0_0_0 * x;
        /* dy/dt = (x - y)/tau_syn : exact */
        const real new_y = P_0_1_0 * x + P_0_1_1 * y;
        /* dv/dt = (y + g_ext - v)/tau : exact */
        const real new_v = P_0_2_0 * x + P_0_2_1 * y + P_0_2_2 * v + g_ext * factor_0;
        x = new_x;
        all_x[i] = x;
        y = new_y;
        all_y[i] = y;
        v = new_v;
        all_v[i] = v;
        top = v > top ? v : top;
        sums[i - group] += y * v + x;
        all_g_ext[i] = 0;
      }

      if (top > 15.0) {
        lane found = 0; /* a bit for each neuron */

#pragma omp simd reduction(| : found)
        for (int64_t i = group; i < group + GROUP; ++i) {
          real v = all_v[i];
          found |= (lane)(v > 15.0) << (i - group);
        }
        const int64_t last = group + GROUP < size ? group + GROUP : size;
        for (uint64_t hits = (uint64_t)found & ((1ull << (last - group)) - 1); hits;) {
          const int bit = back ? 63 - __builtin_clzll(hits) : __builtin_ctzll(hits);
          const int64_t i = group + bit;
          hits ^= 1ull << bit;
          real v = all_v[i];
          listed[spikes++] = (uint32_t)i;
          /* v = 0.0 */
          v = 0.0;
          all_v[i] = v;
          all_t_last[i] = (real)now->time;
        }
      }
    }
    real total = 0;
#pragma omp simd reduction(+ : total)
    for (int64_t k = 0; k < GROUP; ++k) {
      total += sums[k];
    }
    if (!(fabs(total) < INFINITY)) {
      real *const checked[] = {all_x, all_y, all_v};
      look_at_all(now, checked, 3, ((const int64_t *)b[0])[2] * CULPRITS, begin, end, size);
    }
  } while (goes_on(now, spikes));
  if (now->tick & 1) {
    turn_around(listed, spikes);
  }
  *length = spikes;
}

/* Population of Alpha synapse: the matrix A of the linear system x' = A x + b,
    whose exponential carries it over a step */
static void coefficients_Alpha_synapse_0_0(void *const *restrict b, const instant *restrict now, int64_t begin,
    int64_t end)
{
  double *restrict const matrix_0_0_0 = b[1];
  const double tau_syn = *(const real *)b[2];
  double *restrict const matrix_0_0_1 = b[3];
  double *restrict const matrix_0_0_2 = b[4];
  double *restrict const matrix_0_1_0 = b[5];
  double *restrict const matrix_0_1_1 = b[6];
  double *restrict const matrix_0_1_2 = b[7];
  double *restrict const matrix_0_2_0 = b[8];
  double *restrict const matrix_0_2_1 = b[9];
  const double tau = *(const real *)b[10];
  double *restrict const matrix_0_2_2 = b[11];

  (void)now;
  for (int64_t i = begin; i < end; ++i) {
    matrix_0_0_0[0] = -1.0 / tau_syn;
    matrix_0_0_1[0] = 0.0;
    matrix_0_0_2[0] = 0.0;
    matrix_0_1_0[0] = 1.0 / tau_syn;
    matrix_0_1_1[0] = -1.0 / tau_syn;
    matrix_0_1_2[0] = 0.0;
    matrix_0_2_0[0] = 0.0;
    matrix_0_2_1[0] = 1.0 / tau;
    matrix_0_2_2[0] = -1.0 / tau;
  }
}
