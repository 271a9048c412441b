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
  real *restrict const all_t_last = b[7];
  const double Q_0_2_2 = *(const real *)b[8];
  const double tau = *(const real *)b[9];
  const double P_0_0_0 = *(const real *)b[10];
  const double P_0_1_0 = *(const real *)b[11];
  const double P_0_1_1 = *(const real *)b[12];
  const double P_0_2_0 = *(const real *)b[13];
  const double P_0_2_1 = *(const real *)b[14];
  const double P_0_2_2 = *(const real *)b[15];
  int64_t spikes;

  (void)size;
  do {
    /* the same for all neurons in this step */
    const double factor_0 = Q_0_2_2 / tau;
    spikes = 0;

    for (int64_t block = begin; block < end; block += BLOCK) {
      const int64_t stop = block + BLOCK < end ? block + BLOCK : end;

      for (int64_t group = block; group < stop; group += GROUP) {
        lane any = 0;
        real total = 0; /* finite where all that is added is finite */

#pragma omp simd reduction(+ : total) reduction(| : any)
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
          any |= v > 15.0;
          total += x + y + v;
          all_g_ext[i] = 0;
        }
        const int64_t last = group + GROUP < size ? group + GROUP : size;

        if (any) {
          lane found = 0; /* a bit for each neuron */

#pragma omp simd reduction(| : found)
          for (int64_t i = group; i < group + GROUP; ++i) {
            real v = all_v[i];
            found |= (lane)(v > 15.0) << (i - group);
          }
          for (uint64_t hits = (uint64_t)found & ((1ull << (last - group)) - 1); hits; hits &= hits - 1) {
            const int64_t i = group + __builtin_ctzll(hits);
            real v = all_v[i];
            spiked[begin + spikes++] = (uint32_t)i;
            /* v = 0.0 */
            v = 0.0;
            all_v[i] = v;
            all_t_last[i] = (real)now->time;
          }
        }

        if (!(fabs(total) < INFINITY)) {
          for (int64_t i = group; i < last && !(now->report[STATUS] & NOT_FINITE); ++i) {
            report_not_finite(now, all_x[i], ((const int64_t *)b[0])[2] * CULPRITS + 0, i);
            report_not_finite(now, all_y[i], ((const int64_t *)b[0])[2] * CULPRITS + 1, i);
            report_not_finite(now, all_v[i], ((const int64_t *)b[0])[2] * CULPRITS + 2, i);
          }
        }
      }
    }
  } while (goes_on(now, spikes));
  spike_count[LENGTH_AT(begin)] = spikes;
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
