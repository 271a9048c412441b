/* Population of HodgkinHuxley
 *   v_before = v
 *   dn/dt = a_n(v)*(1.0 - n) - b_n(v)*n : init=a_n(-70.0)/(a_n(-70.0) + b_n(-70.0)), rk4
 *   dm/dt = a_m(v)*(1.0 - m) - b_m(v, k_m)*m : init=a_m(-70.0)/(a_m(-70.0) + b_m(-70.0, k_m)), rk4
 *   dh/dt = a_h(v)*(1.0 - h) - b_h(v)*h : init=a_h(-70.0)/(a_h(-70.0) + b_h(-70.0)), rk4
 *   C*dv/dt = gL*(VL - v) + gK*n^4*(VK - v) + gNa*m^3*h*(VNa - v) + I + g_exc - g_inh : init=-70.0, rk4
 */
WIDE_VECTORS static void update_HodgkinHuxley_0(void *const *restrict b, const instant *restrict now, int64_t begin,
    int64_t end)
{
  const int64_t size = ((const int64_t *)b[0])[0];
  real *restrict const all_v = b[1];
  const double v_thresh = *(const real *)b[2];
  real *restrict const all_v_before = b[3];
  real *restrict const all_n = b[4];
  real *restrict const all_m = b[5];
  real *restrict const all_h = b[6];
  real *restrict const all_g_exc = b[7];
  real *restrict const all_g_inh = b[8];
  uint32_t *restrict const spiked = b[9];
  int64_t *restrict const spike_count = b[10];
  const int64_t *restrict const place = b[11];
  real *restrict const all_t_last = b[12];
  const double k_m = *(const real *)b[13];
  const double C = *(const real *)b[14];
  const double h_ = now->dt;
  const double I_ = *(const real *)b[15];
  const double VK = *(const real *)b[16];
  const double VL = *(const real *)b[17];
  const double VNa = *(const real *)b[18];
  const double gK = *(const real *)b[19];
  const double gL = *(const real *)b[20];
  const double gNa = *(const real *)b[21];
  const int64_t slot = now->tick & place[0];
  uint32_t *restrict const listed = spiked + slot * place[1] + begin;
  int64_t *restrict const length = spike_count + slot + LENGTH_AT(begin);
  int64_t spikes;

  end = end < WHOLE_GROUPS(size) ? end : WHOLE_GROUPS(size);
  do {
    /* the same for all neurons in this step */
    const double factor_0 = -1.0 / k_m;
    const double one_per_C = 1.0 / C;
    const double factor_1 = 0.5 * h_;
    const double factor_2 = h_ / 6.0;
    spikes = 0;
    real sums[GROUP] = {0}; /* by place in a group: finite where all is finite that was added */

    /* there and back: the neurons updated last are still in a near cache */
    const int64_t back = now->tick & 1;
    for (int64_t along = begin; along < end; along += GROUP) {
      const int64_t group = back ? begin + end - GROUP - along : along;
      lane any = 0;

#pragma omp simd reduction(| : any)
      for (int64_t i = group; i < group + GROUP; ++i) {
        real v = all_v[i];
        real n = all_n[i];
        real m = all_m[i];
        real h = all_h[i];
        const real g_exc = all_g_exc[i];
        const real g_inh = all_g_inh[i];
        /* dn/dt = a_n(v)*(1.0 - n) - b_n(v)*n : init=a_n(-70.0)/(a_n(-70.0) + b_n(-70.0)), rk4 */
        const real shared_0 = v + 60.0;
        const real shared_1 = v + 70.0;
        const real shared_2 = v + 45.0;
        const real shared_3 = v + 40.0;
        const real shared_5 = I_ + g_exc - g_inh;
        const real k1_v = one_per_C * (shared_5 + gL * (VL - v) + gK * power4(n) * (VK - v) + gNa * h * cube(m) *
            (VNa - v));
        const real shared_6 = factor_1 * k1_v;
        const real shared_8 = shared_1 + shared_6;
        const real shared_11 = -(shared_6 + v);
        const real k1_n = 0.1 * quick_per_exprel(-0.1 * shared_0) * (1.0 - n) - 0.125 * n *
            quick_exp(-0.0125 * shared_1);
        const real k1_m = quick_per_exprel(-0.1 * shared_2) * (1.0 - m) - 4.0 * m * quick_exp(factor_0 * shared_1);
        const real k1_h = 0.07 * (1.0 - h) * quick_exp(-0.05 * shared_1) - h / (quick_exp(-0.1 * shared_3) + 1.0);
        const real shared_7 = n + factor_1 * k1_n;
        const real shared_9 = m + factor_1 * k1_m;
        const real shared_10 = h + factor_1 * k1_h;
        const real k2_v = one_per_C * (shared_5 + gL * (VL + shared_11) + gK * power4(shared_7) * (VK + shared_11) +
            gNa * shared_10 * cube(shared_9) * (VNa + shared_11));
        const real shared_12 = factor_1 * k2_v;
        const real shared_14 = shared_1 + shared_12;
        const real shared_17 = -(shared_12 + v);
        const real k2_n = 0.1 * quick_per_exprel(-0.1 * (shared_0 + shared_6)) * (1.0 - shared_7) - 0.125 * shared_7 *
            quick_exp(-0.0125 * shared_8);
        const real k2_m = quick_per_exprel(-0.1 * (shared_2 + shared_6)) * (1.0 - shared_9) - 4.0 * shared_9 *
            quick_exp(factor_0 * shared_8);
        const real k2_h = 0.07 * (1.0 - shared_10) * quick_exp(-0.05 * shared_8) - shared_10 /
            (quick_exp(-0.1 * (shared_3 + shared_6)) + 1.0);
        const real shared_13 = n + factor_1 * k2_n;
        const real shared_15 = m + factor_1 * k2_m;
        const real shared_16 = h + factor_1 * k2_h;
        const real k3_v = one_per_C * (shared_5 + gL * (VL + shared_17) + gK * power4(shared_13) * (VK + shared_17) +
            gNa * shared_16 * cube(shared_15) * (VNa + shared_17));
        const real shared_18 = h_ * k3_v;
        const real shared_20 = shared_1 + shared_18;
        const real k3_n = 0.1 * quick_per_exprel(-0.1 * (shared_0 + shared_12)) * (1.0 - shared_13) - 0.125 *
            shared_13 * quick_exp(-0.0125 * shared_14);
        const real k3_m = quick_per_exprel(-0.1 * (shared_12 + shared_2)) * (1.0 - shared_15) - 4.0 * shared_15 *
            quick_exp(factor_0 * shared_14);
        const real k3_h = 0.07 * (1.0 - shared_16) * quick_exp(-0.05 * shared_14) - shared_16 /
            (quick_exp(-0.1 * (shared_12 + shared_3)) + 1.0);
        const real shared_19 = n + h_ * k3_n;
        const real shared_21 = m + h_ * k3_m;
        const real shared_22 = h + h_ * k3_h;
        const real k4_n = 0.1 * quick_per_exprel(-0.1 * (shared_0 + shared_18)) * (1.0 - shared_19) - 0.125 *
            shared_19 * quick_exp(-0.0125 * shared_20);
        const real k4_m = quick_per_exprel(-0.1 * (shared_18 + shared_2)) * (1.0 - shared_21) - 4.0 * shared_21 *
            quick_exp(factor_0 * shared_20);
        const real k4_h = 0.07 * (1.0 - shared_22) * quick_exp(-0.05 * shared_20) - shared_22 /
            (quick_exp(-0.1 * (shared_18 + shared_3)) + 1.0);
        /* v_before = v */
        real v_before = v;
        all_v_before[i] = v_before;
        const real shared_23 = -(shared_18 + v);
        const real k4_v = one_per_C * (shared_5 + gL * (VL + shared_23) + gK * power4(shared_19) * (VK + shared_23) +
            gNa * shared_22 * cube(shared_21) * (VNa + shared_23));
        /* dn/dt = a_n(v)*(1.0 - n) - b_n(v)*n : init=a_n(-70.0)/(a_n(-70.0) + b_n(-70.0)), rk4 */
        const real new_n = n + factor_2 * (k1_n + k4_n + 2.0 * k2_n + 2.0 * k3_n);
        /* dm/dt = a_m(v)*(1.0 - m) - b_m(v, k_m)*m : init=a_m(-70.0)/(a_m(-70.0) + b_m(-70.0, k_m)), rk4 */
        const real new_m = m + factor_2 * (k1_m + k4_m + 2.0 * k2_m + 2.0 * k3_m);
        /* dh/dt = a_h(v)*(1.0 - h) - b_h(v)*h : init=a_h(-70.0)/(a_h(-70.0) + b_h(-70.0)), rk4 */
        const real new_h = h + factor_2 * (k1_h + k4_h + 2.0 * k2_h + 2.0 * k3_h);
        /* C*dv/dt = gL*(VL - v) + gK*n^4*(VK - v) + gNa*m^3*h*(VNa - v) + I + g_exc - g_inh : init=-70.0, rk4 */
        const real new_v = v + factor_2 * (k1_v + k4_v + 2.0 * k2_v + 2.0 * k3_v);
        n = new_n;
        all_n[i] = n;
        m = new_m;
        all_m[i] = m;
        h = new_h;
        all_h[i] = h;
        v = new_v;
        all_v[i] = v;
        any |= (v > v_thresh) & (v_before <= v_thresh);
        sums[i - group] = h * v + (n * m + sums[i - group]);
        all_g_exc[i] = 0;
        all_g_inh[i] = 0;
      }

      if (any) {
        lane found = 0; /* a bit for each neuron */

#pragma omp simd reduction(| : found)
        for (int64_t i = group; i < group + GROUP; ++i) {
          const real v = all_v[i];
          const real v_before = all_v_before[i];
          found |= (lane)((v > v_thresh) & (v_before <= v_thresh)) << (i - group);
        }
        const int64_t last = group + GROUP < size ? group + GROUP : size;
        for (uint64_t hits = (uint64_t)found & ((1ull << (last - group)) - 1); hits;) {
          const int bit = back ? 63 - __builtin_clzll(hits) : __builtin_ctzll(hits);
          const int64_t i = group + bit;
          hits ^= 1ull << bit;
          listed[spikes++] = (uint32_t)i;
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
      real *const checked[] = {all_n, all_m, all_h, all_v};
      look_at_all(now, checked, 4, ((const int64_t *)b[0])[2] * CULPRITS, begin, end, size);
    }
  } while (goes_on(now, spikes));
  if (now->tick & 1) {
    turn_around(listed, spikes);
  }
  *length = spikes;
}
