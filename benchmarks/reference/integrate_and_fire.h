/* Networks after Vogels & Abbott of leaky integrate-and-fire cells. The file that includes this says what differs:
   the weights, tau dv/dt, and how a cell begins. */
#include "network.h"

int main(int count, char **words)
{
  const int64_t size = count > 1 ? atoll(words[1]) : 4000, excitatory = size * 4 / 5;
  const int64_t steps = 10 * (count > 2 ? atoll(words[2]) : 10000);
  state = count > 3 ? (uint64_t)atoll(words[3]) : 1;
  const double p = 80.0 / (double)size, h = 0.1;
  const double h_per_tau = h / 20.0, decay_exc = h / 5.0, decay_inh = h / 10.0;
  const double Vr = -60.0, Vt = -50.0;
  const int64_t refractory = 50, padded = (size + GROUP - 1) / GROUP * GROUP;

  double *restrict v = array((size_t)padded, 8), *restrict g_exc = array((size_t)padded, 8);
  double *restrict g_inh = array((size_t)padded, 8);
  int64_t *restrict until = array((size_t)padded, 8);
  int64_t *row_start = array((size_t)size + 1, 8);
  uint16_t *target = array((size_t)(1.2 * p * (double)size * (double)size), 2);
  uint32_t *spiked = array((size_t)padded, 4);
  for (int64_t i = 0; i < padded; ++i) {
    v[i] = i < size ? begin_v() : Vr, g_exc[i] = begin_g_exc(), g_inh[i] = begin_g_inh();
    until[i] = i < size ? 0 : INT64_MAX;
  }
  connect(0, size, size, p, 0, row_start, target);
  recording kept = new_recording(steps * size / 100 + size);
  flush_to_zero();

  int64_t spikes = 0, first_inhibitory = 0;
  const double begin = seconds();
  for (int64_t step = 0; step < steps; ++step) {
    deliver(spiked, first_inhibitory, row_start, target, g_exc, w_exc);
    deliver(spiked + first_inhibitory, spikes - first_inhibitory, row_start, target, g_inh, w_inh);
    spikes = first_inhibitory = 0;
    for (int64_t group = 0; group < padded; group += GROUP) {
      int64_t any = 0;
      for (int64_t i = group; i < group + GROUP; ++i) {
        const double a = v[i], e = g_exc[i], n = g_inh[i];
        const double fresh = a + h_per_tau * slope(a, e, n);
        const int64_t active = until[i] <= step;
        v[i] = active ? fresh : a;
        g_exc[i] = e - e * decay_exc;
        g_inh[i] = n - n * decay_inh;
        any |= active & (fresh > Vt);
      }
      if (any) {
        for (int64_t i = group; i < group + GROUP; ++i) {
          if (v[i] > Vt && until[i] <= step) {
            spiked[spikes++] = (uint32_t)i;
            first_inhibitory += i < excitatory;
            v[i] = Vr;
            until[i] = step + 1 + refractory;
          }
        }
      }
    }
    record(&kept, step, spiked, spikes);
  }
  printf("%.6f %.4f\n", seconds() - begin, rate(&kept, steps / 2, steps, 0.1, size));
  return 0;
}
