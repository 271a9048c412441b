/* Population of Integrator, which spike within steps
 *   tau*dv/dt = I - v + g_exc : exact
 *   tau_syn*dg_exc/dt = -g_exc : exact
 */
typedef struct {
  real v;
  real g_exc;
} state_Integrator_0;

static inline void keep_Integrator_0(void *const *b, int64_t i, state_Integrator_0 *kept)
{
  real *const all_v = b[11];
  real *const all_g_exc = b[13];
  kept->v = all_v[i];
  kept->g_exc = all_g_exc[i];
}

static inline void put_back_Integrator_0(void *const *b, int64_t i, const state_Integrator_0 *kept)
{
  real *const all_v = b[11];
  real *const all_g_exc = b[13];
  all_v[i] = kept->v;
  all_g_exc[i] = kept->g_exc;
}

/* By how much neuron i is over its threshold at time t: positive where it spikes. */
static double excess_Integrator_0(void *const *b, const instant *now, int64_t i, double t)
{
  const double h = now->dt;
  const double theta = *(const real *)b[12];
  real *const all_v = b[11];
  (void)h, (void)t;
  const real v = all_v[i];
  const double excess = v - theta;
  return v > theta ? fmax(excess, DBL_MIN) : fmin(excess, 0.0);
}

/* The linear system of neuron i over a time h. */
static void propagate_Integrator_0_0(void *const *b, const instant *now, int64_t i, double t, double h, double *P,
    double *Q)
{
  const double tau = *(const real *)b[16];
  const double tau_syn = *(const real *)b[22];
  (void)i, (void)t, (void)now;
  const double A[4] = {-1.0 / tau, 1.0 / tau, 0.0, -1.0 / tau_syn};
  static _Thread_local double last_A[4], last_P[4], last_Q[4], last_h;
  if (h != last_h || memcmp(A, last_A, sizeof A) != 0) { /* neurons that a spike reaches often ask for the same */
    propagate(2, A, h, last_P, last_Q);
    memcpy(last_A, A, sizeof A);
    last_h = h;
  }
  memcpy(P, last_P, sizeof last_P);
  memcpy(Q, last_Q, sizeof last_Q);
}

/* The equations of neuron i from time t on over a time h. */
static void advance_Integrator_0(void *const *b, const instant *now, int64_t i, double t, double h, lane active)
{
  const double I_ = *(const real *)b[14];
  const double tau = *(const real *)b[16];
  real *const all_g_exc = b[13];
  real *const all_v = b[11];
  (void)now, (void)t, (void)h, (void)active;
  double P0[4], Q0[4];
  propagate_Integrator_0_0(b, now, i, t, h, P0, Q0);
  const double I_per_tau = I_ / tau;
  real g_exc = all_g_exc[i];
  real v = all_v[i];
  /* tau*dv/dt = I - v + g_exc : exact */
  const real new_v = P0[0] * v + P0[1] * g_exc + Q0[0] * I_per_tau;
  /* tau_syn*dg_exc/dt = -g_exc : exact */
  const real new_g_exc = P0[3] * g_exc;
  v = active ? new_v : v;
  all_v[i] = v;
  g_exc = new_g_exc;
  all_g_exc[i] = g_exc;
}

/* What becomes of neuron i as it spikes at time t, which is `from` into the step. */
static void spike_Integrator_0(void *const *b, const instant *now, int64_t i, double t, double from)
{
  const double h = now->dt;
  real *const all_v = b[11];
  real *const all_t_last = b[20];
  lane *const refractory_until = b[9];
  double *const refractory_rest = b[10];
  const double refractory = *(const real *)b[21];
  (void)h, (void)from;
  real v = all_v[i];
  /* v = 0.0 */
  v = 0.0;
  all_v[i] = v;
  all_t_last[i] = (real)t;
  const double over = from + refractory;
  const double steps = floor(over / now->dt);
  refractory_until[i] = (lane)(now->tick + (int64_t)steps);
  refractory_rest[i] = fmax(over - steps * now->dt, 0.0);
}

/* Neuron i from one moment of the step to another, with its spikes in between. */
static void carry_Integrator_0(void *const *b, const instant *now, int64_t i, double from, double to,
    spike_list *spikes)
{
  lane *const fired = b[5];
  lane *const refractory_until = b[9];
  double *const refractory_rest = b[10];
  state_Integrator_0 kept;
  double last_spike = -1.0;

  while (from < to) {
    const int ends_here = refractory_until[i] == (lane)now->tick;
    if (refractory_until[i] > (lane)now->tick || (ends_here && refractory_rest[i] > from)) {
      const double rest = ends_here && refractory_rest[i] < to ? refractory_rest[i] : to;
      advance_Integrator_0(b, now, i, now->time + from, rest - from, 0);
      from = rest;
      continue;
    }
    keep_Integrator_0(b, i, &kept);
    const double before = excess_Integrator_0(b, now, i, now->time + from);
    advance_Integrator_0(b, now, i, now->time + from, to - from, 1);
    const double after = excess_Integrator_0(b, now, i, now->time + to);
    if (!(after > 0.0) || fired[i] == MOST_SPIKES) {
      return;
    }
    if (before > 0.0 && last_spike == from) { /* its reset left it there: it has spiked in this step */
      fired[i] = MOST_SPIKES;
      return;
    }
    double passed = 0.0;
    if (!(before > 0.0)) {
      for (crossing c = begin_crossing(to - from, before, after); !is_found(&c, &passed);) {
        put_back_Integrator_0(b, i, &kept);
        advance_Integrator_0(b, now, i, now->time + from, c.guess, 1);
        narrow_down(&c, excess_Integrator_0(b, now, i, now->time + from + c.guess));
      }
    }
    put_back_Integrator_0(b, i, &kept);
    if (passed > 0.0) {
      advance_Integrator_0(b, now, i, now->time + from, passed, 1);
      from = from + passed < to ? from + passed : to;
    }
    spikes->rank[spikes->count] = (uint32_t)i;
    spikes->at[spikes->count++] = last_spike = from;
    fired[i] += 1;
    spike_Integrator_0(b, now, i, now->time + from, from);
  }
}

static void update_Integrator_0(void *const *restrict b, const instant *restrict now, int64_t begin, int64_t end)
{
  const int64_t size = ((const int64_t *)b[0])[0];
  double *const done = b[4]; /* how far into the step each neuron is, in ms */
  lane *const fired = b[5];  /* how often it has spiked in this step */
  spike_list spikes = {(uint32_t *)b[6] + begin * MOST_SPIKES, (double *)b[7] + begin * MOST_SPIKES, 0};
  lane *const refractory_until = b[9];
  double *const refractory_rest = b[10];
  real *const all_v = b[11];
  const double theta = *(const real *)b[12];
  real *const all_g_exc = b[13];
  const double I_ = *(const real *)b[14];
  const double Q_0_0_0 = *(const real *)b[15];
  const double tau = *(const real *)b[16];
  const double P_0_0_0 = *(const real *)b[17];
  const double P_0_0_1 = *(const real *)b[18];
  const double P_0_1_1 = *(const real *)b[19];

  /* the same for all neurons in this step */
  const double factor_0 = I_ * Q_0_0_0 / tau;

  /* spikes that arrive within the step, one after the other */
  arrivals arriving = gather_arrivals(b, now, begin);
  for (int64_t k = 0; k < arriving.count; ++k) {
    const row arrived = row_of(&arriving, k);
    for (int64_t s = arrived.first; s < arrived.last; ++s) {
      const int64_t j = target_of(&arrived, s);
      if (done[j] < arrived.at) {
        carry_Integrator_0(b, now, j, done[j], arrived.at, &spikes);
        done[j] = arrived.at;
      }
    }
    arrived.deliver(arrived.b, now, arrived.first, arrived.last);
  }

  for (int64_t block = begin; block < end; block += BLOCK) {
    const int64_t stop = block + BLOCK < end ? block + BLOCK : end;

    for (int64_t group = block; group < stop; group += GROUP) {
      lane any = 0, look[GROUP];
      real old_v[GROUP];
      real old_g_exc[GROUP];
      real total = 0; /* finite where all that is added is finite */

#pragma omp simd reduction(+ : total) reduction(| : any)
      for (int64_t i = group; i < group + GROUP; ++i) {
        old_v[i - group] = all_v[i];
        old_g_exc[i - group] = all_g_exc[i];
        real v = all_v[i];
        real g_exc = all_g_exc[i];
        const lane active = refractory_until[i] <= (lane)now->tick;
        /* tau*dv/dt = I - v + g_exc : exact */
        const real new_v = factor_0 + P_0_0_0 * v + P_0_0_1 * g_exc;
        /* tau_syn*dg_exc/dt = -g_exc : exact */
        const real new_g_exc = P_0_1_1 * g_exc;
        v = active ? new_v : v;
        all_v[i] = v;
        g_exc = new_g_exc;
        all_g_exc[i] = g_exc;
        total += v + g_exc;
        look[i - group] = (done[i] > 0.0) | (active & (v > theta)) |
            ((refractory_until[i] == (lane)now->tick) & (refractory_rest[i] > 0.0));
        any |= look[i - group];
      }
      const int64_t last = group + GROUP < size ? group + GROUP : size;

      for (int64_t i = group; any && i < last; ++i) { /* once more from the beginning, in parts */
        if (look[i - group]) {
          all_v[i] = old_v[i - group];
          all_g_exc[i] = old_g_exc[i - group];
          carry_Integrator_0(b, now, i, done[i], now->dt, &spikes);
          total += all_v[i];
          total += all_g_exc[i];
          done[i] = 0.0;
          fired[i] = 0;
        }
      }

      if (!(fabs(total) < INFINITY)) {
        const real *const checked[] = {all_v, all_g_exc};
        report_first(now, checked, 2, ((const int64_t *)b[0])[2] * CULPRITS, group, last);
      }
    }
  }
  ((int64_t *)b[8])[LENGTH_AT(begin)] = spikes.count;
}

/* Population of Integrator, which spike within steps: the matrix A of the linear system x' = A x + b,
    whose exponential carries it over a step */
static void coefficients_Integrator_0_0(void *const *restrict b, const instant *restrict now, int64_t begin,
    int64_t end)
{
  double *restrict const matrix_0_0_0 = b[1];
  const double tau = *(const real *)b[2];
  double *restrict const matrix_0_0_1 = b[3];
  double *restrict const matrix_0_1_0 = b[4];
  double *restrict const matrix_0_1_1 = b[5];
  const double tau_syn = *(const real *)b[6];

  (void)now;
  for (int64_t i = begin; i < end; ++i) {
    matrix_0_0_0[0] = -1.0 / tau;
    matrix_0_0_1[0] = 1.0 / tau;
    matrix_0_1_0[0] = 0.0;
    matrix_0_1_1[0] = -1.0 / tau_syn;
  }
}

/* Projection with DefaultSpikingSynapse: g_target += w
 *
 * One spike to the targets of one neuron, synapses `first` to `last`: called at its own time within the step.
 */
static void deliver_DefaultSpikingSynapse_1(void *const *restrict b, const instant *restrict now, int64_t first,
    int64_t last)
{
  const uint16_t *restrict target = b[4];
  real *restrict input = b[5];
  const double w = *(const real *)b[8];

  (void)now;
  for (int64_t s = first; s < last; ++s) {
    input[target[s]] += w;
  }
}
