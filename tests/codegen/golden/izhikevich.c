/* Population of Izhikevich
 *   I = g_exc - g_inh + noise*Normal(0.0, 1.0) + i_offset
 *   dv/dt = 0.04*v^2 + 5.0*v + 140.0 - u + I : init=c, explicit
 *   du/dt = a*(b*v - u) : init=b*c, explicit
 */
WIDE_WHERE_FREE static void update_Izhikevich_0(void *const *restrict b, const instant *restrict now, int64_t begin,
    int64_t end)
{
  const int64_t size = ((const int64_t *)b[0])[0];
  lane *restrict const refractory_until = b[1];
  const uint32_t streams = (uint32_t)((const int64_t *)b[0])[2] << 12;
  real *restrict const all_v = b[2];
  const double v_thresh = *(const real *)b[3];
  const real v_thresh_f = (real)v_thresh;
  real *restrict const all_u = b[4];
  real *restrict const all_g_exc = b[5];
  real *restrict const all_g_inh = b[6];
  uint32_t *restrict const spiked = b[7];
  int64_t *restrict const spike_count = b[8];
  const int64_t *restrict const place = b[9];
  const double c = *(const real *)b[10];
  const real c_f = (real)c;
  const double d = *(const real *)b[11];
  const real d_f = (real)d;
  real *restrict const all_t_last = b[12];
  const double tau_refrac = *(const real *)b[13];
  real *restrict const all_I = b[14];
  const real *restrict const all_a = b[15];
  const double b_ = *(const real *)b[16];
  const double h = now->dt;
  const double i_offset = *(const real *)b[17];
  const double noise = *(const real *)b[18];
  const real i_offset_f = (real)i_offset;
  const real noise_f = (real)noise;
  const real h_f = (real)h;
  const real b__f = (real)b_;
  const int64_t slot = now->tick & place[0];
  uint32_t *restrict const listed = spiked + slot * place[1] + begin;
  int64_t *restrict const length = spike_count + slot + LENGTH_AT(begin);
  int64_t spikes;

  end = end < WHOLE_GROUPS(size) ? end : WHOLE_GROUPS(size);
  do {
    spikes = 0;
    real sums[GROUP] = {0}; /* by place in a group: finite where all is finite that was added */

    for (int64_t block = begin - begin % BLOCK; block < end; block += BLOCK) {
      const int64_t stop = block + BLOCK < end ? block + BLOCK : end;
      real random_0[BLOCK];
      fill_normal(random_0, begin - block, stop - block, now, streams + 0, block);

      for (int64_t group = block < begin ? begin : block; group < stop; group += GROUP) {
        real top = -INFINITY;

  #pragma omp simd reduction(max : top)
        for (int64_t i = group; i < group + GROUP; ++i) {
          real v = all_v[i];
          real u = all_u[i];
          const real g_exc = all_g_exc[i];
          const real g_inh = all_g_inh[i];
          real I_ = all_I[i];
          const real a = all_a[i];
          const lane active = refractory_until[i] <= (lane)now->tick;
          /* I = g_exc - g_inh + noise*Normal(0.0, 1.0) + i_offset */
          const real new_I = g_exc + i_offset_f + noise_f * random_0[i - block] - g_inh;
          I_ = active ? new_I : I_;
          all_I[i] = I_;
          /* dv/dt = 0.04*v^2 + 5.0*v + 140.0 - u + I : init=c, explicit */
          const real new_v = v + h_f * (I_ + 5.0f * v + 0.04f * squaref(v) + 140.0f - u);
          /* du/dt = a*(b*v - u) : init=b*c, explicit */
          const real new_u = u + a * h_f * (b__f * v - u);
          v = active ? new_v : v;
          all_v[i] = v;
          u = active ? new_u : u;
          all_u[i] = u;
          top = v > top ? v : top;
          sums[i - group] = v * u + sums[i - group];
          all_g_exc[i] = 0;
          all_g_inh[i] = 0;
        }

        if (top > v_thresh_f) {
          lane found = 0; /* a bit for each neuron */

  #pragma omp simd reduction(| : found)
          for (int64_t i = group; i < group + GROUP; ++i) {
            real v = all_v[i];
            found |= (lane)((refractory_until[i] <= (lane)now->tick) & (v > v_thresh_f)) << (i - group);
          }
          const int64_t last = group + GROUP < size ? group + GROUP : size;
          for (uint64_t hits = (uint64_t)found & ((1ull << (last - group)) - 1); hits;) {
            const int bit = __builtin_ctzll(hits);
            const int64_t i = group + bit;
            hits ^= 1ull << bit;
            real v = all_v[i];
            real u = all_u[i];
            listed[spikes++] = (uint32_t)i;
            /* v = c */
            v = c_f;
            all_v[i] = v;
            /* u += d */
            u = d_f + u;
            all_u[i] = u;
            all_t_last[i] = (real)now->time;
            refractory_until[i] = (lane)(now->tick + 1 + (int64_t)floor(tau_refrac / now->dt + 0.5));
          }
        }
      }
    }
    real total = 0;
#pragma omp simd reduction(+ : total)
    for (int64_t k = 0; k < GROUP; ++k) {
      total += sums[k];
    }
    if (!(fabs(total) < INFINITY)) {
      real *const checked[] = {all_v, all_u};
      look_at_all(now, checked, 2, ((const int64_t *)b[0])[2] * CULPRITS, begin, end, size);
    }
  } while (goes_on(now, spikes));
  *length = spikes;
}
