/* Population of Rate neuron
 *   tau*dv/dt + v = B + sum(exc) - sum(inh) - mean(r) : min=-1.0, max=1.0, midpoint
 *   r = if v > 0.0: v else: 0.1*tanh(v(t - 3.0))
 */
WIDE_WHERE_FREE static void update_Rate_neuron_0(void *const *restrict b, const instant *restrict now, int64_t begin,
    int64_t end)
{
  const int64_t size = ((const int64_t *)b[0])[0];
  const real *restrict const history_of_v = b[1];
  const int64_t *restrict const past_start = b[2];
  real *const slopes_of_v = b[3];
  real *restrict const all_v = b[4];
  const double B = *(const real *)b[5];
  const double mean_r = *(const real *)b[6];
  const double tau = *(const real *)b[7];
  const double h = now->dt;
  real *restrict const all_sum_exc = b[8];
  real *restrict const all_sum_inh = b[9];
  const real *restrict const all_sum_inh_1 = b[10];
  real *restrict const all_r = b[11];

  end = end < WHOLE_GROUPS(size) ? end : WHOLE_GROUPS(size);
  do {
    const past_time when_v = find_past(now, 3.0, 0.0, past_start[0], ((const int64_t *)b[0])[3],
        ((const int64_t *)b[0])[1], PAST_CURVE);
    const int64_t row_1 = ((now->tick - 1) & 3) * ((const int64_t *)b[0])[1];
    const int64_t row_2 = ((now->tick - 2) & 3) * ((const int64_t *)b[0])[1];
    const int64_t row_3 = ((now->tick - 3) & 3) * ((const int64_t *)b[0])[1];
    const int64_t this_row = (now->tick & (((const int64_t *)b[0])[3] - 1)) * ((const int64_t *)b[0])[1];
    /* the same for all neurons in this step */
    const double factor_0 = B - mean_r;
    const double part_1 = 1.0 / tau;
    const double part_2 = h * part_1;
    const double factor_3 = 0.5 * part_2;
    real sums[GROUP] = {0}; /* by place in a group: finite where all is finite that was added */

    /* there and back: the neurons updated last are still in a near cache */
    const int64_t back = now->tick & 1;
    for (int64_t along = begin; along < end; along += GROUP) {
      const int64_t group = back ? begin + end - GROUP - along : along;

#pragma omp simd
      for (int64_t i = group; i < group + GROUP; ++i) {
        real v = all_v[i];
        const real sum_exc = all_sum_exc[i];
        const real sum_inh = all_sum_inh[i];
        const real sum_inh_1 = all_sum_inh_1[row_1 + i];
        const real sum_inh_2 = all_sum_inh_1[row_2 + i];
        const real sum_inh_3 = all_sum_inh_1[row_3 + i];
        /* tau*dv/dt + v = B + sum(exc) - sum(inh) - mean(r) : min=-1.0, max=1.0, midpoint */
        const real stage_sum_inh__0 = sum_inh_1;
        const real shared_0 = factor_0 + sum_exc;
        const real shared_1 = shared_0 - stage_sum_inh__0 - v;
        const real shared_2 = part_1 * shared_1;
        const real shared_3 = (v <= -1.0) & (shared_2 < 0.0) ? 0.0 : shared_2;
        real slope_of_v = (v >= 1.0) & (0.0 < shared_3) ? 0.0 : shared_3;
        slopes_of_v[this_row + i] = slope_of_v;
        const real middle_v = v + factor_3 * shared_1;
        const real stage_sum_inh__1 = 0.0625 * sum_inh_3 + 0.3125 * sum_inh + 0.9375 * sum_inh_1 - 0.3125 * sum_inh_2;
        const real shared_4 = v + part_2 * (shared_0 - middle_v - stage_sum_inh__1);
        const real shared_5 = -1.0 > shared_4 ? -1.0 : shared_4;
        v = 1.0 < shared_5 ? 1.0 : shared_5;
        all_v[i] = v;
        /* r = if v > 0.0: v else: 0.1*tanh(v(t - 3.0)) */
        const real past_v_2 = past_on_curve(&when_v, history_of_v, slopes_of_v, i);
        const real branch_0 = tanh(past_v_2);
        real r = v > 0.0 ? v : 0.1 * branch_0;
        all_r[i] = r;
        sums[i - group] += v;
      }
    }
    real total = 0;
#pragma omp simd reduction(+ : total)
    for (int64_t k = 0; k < GROUP; ++k) {
      total += sums[k];
    }
    if (!(fabs(total) < INFINITY)) {
      real *const checked[] = {all_v};
      look_at_all(now, checked, 1, ((const int64_t *)b[0])[2] * CULPRITS, begin, end, size);
    }
  } while (goes_on(now, 0));
}

/* Projection with DefaultRateCodedSynapse: sum of psp = w * pre.r
 *
 * Rows hold the synapses of one post-synaptic neuron, one for each pre-synaptic neuron.
 */
static void transmit_DefaultRateCodedSynapse_1(void *const *restrict b, const instant *restrict now, int64_t begin,
    int64_t end)
{
  const int64_t *number = b[0]; /* items of a row of a history, slots of the ring, delay in steps */
  const uint32_t *restrict post_rank = b[1];
  const int64_t *restrict row_start = b[3];
  real *restrict input = b[5];
  const real *restrict const pre_r = b[7];
  const real *restrict const all_w = b[8];

  (void)now, (void)number;

  /* some rows together: as many streams from memory, each summed up as by itself */
  const int64_t sets = (end - begin) / 4;
  for (int64_t n = 0; n < sets; ++n) { /* there and back: the rows read last are still in a near cache */
    const int64_t set = begin + 4 * (now->tick % 2 ? sets - 1 - n : n);
    const int64_t width = row_start[set + 1] - row_start[set];
    real total_0 = 0, total_1 = 0, total_2 = 0, total_3 = 0;

#pragma omp simd reduction(+ : total_0, total_1, total_2, total_3)
    for (int64_t k = 0; k < width; ++k) {
      {
        const int64_t first = row_start[set] + 0 * width, s = first + k, j = post_rank[set + 0];
        (void)first, (void)s, (void)j;
        total_0 += pre_r[s - first] * all_w[s];
      }
      {
        const int64_t first = row_start[set] + 1 * width, s = first + k, j = post_rank[set + 1];
        (void)first, (void)s, (void)j;
        total_1 += pre_r[s - first] * all_w[s];
      }
      {
        const int64_t first = row_start[set] + 2 * width, s = first + k, j = post_rank[set + 2];
        (void)first, (void)s, (void)j;
        total_2 += pre_r[s - first] * all_w[s];
      }
      {
        const int64_t first = row_start[set] + 3 * width, s = first + k, j = post_rank[set + 3];
        (void)first, (void)s, (void)j;
        total_3 += pre_r[s - first] * all_w[s];
      }
    }
    input[post_rank[set + 0]] += total_0;
    input[post_rank[set + 1]] += total_1;
    input[post_rank[set + 2]] += total_2;
    input[post_rank[set + 3]] += total_3;
  }
  begin += 4 * sets;
  for (int64_t row = begin; row < end; ++row) {
    const int64_t j = post_rank[row], first = row_start[row], last = row_start[row + 1];
    real total = 0;

#pragma omp simd reduction(+ : total)
    for (int64_t s = first; s < last; ++s) {
      total += pre_r[s - first] * all_w[s];
    }
    input[j] += total;
  }
}

/* Projection with synapses: max of psp = w*pre.r
 *
 * Rows hold the synapses of one post-synaptic neuron.
 */
static void transmit_synapses_2(void *const *restrict b, const instant *restrict now, int64_t begin, int64_t end)
{
  const int64_t *number = b[0]; /* items of a row of a history, slots of the ring, delay in steps */
  const uint32_t *restrict post_rank = b[1];
  const int64_t *restrict row_start = b[3];
  const uint16_t *restrict source = b[4];
  real *restrict input = b[5];
  const real *restrict const history_of_r = b[7];
  const real *restrict const pre_r = history_of_r + ((now->tick - number[2] + 1) & (number[1] - 1)) * number[0];
  const double w = *(const real *)b[8];

  (void)now, (void)number;
  for (int64_t row = begin; row < end; ++row) {
    const int64_t j = post_rank[row], first = row_start[row], last = row_start[row + 1];
    real extreme = -INFINITY;

    for (int64_t s = first; s < last; ++s) {
      const real value = pre_r[source[s]] * w;
      extreme = value > extreme ? value : extreme;
    }
    input[j] += extreme;
  }
}
