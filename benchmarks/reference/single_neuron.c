/* One leaky integrate-and-fire neuron by hand: what a step costs when one program does nothing else.
 *
 * gcc -O3 -march=native -o single_neuron single_neuron.c -lm && ./single_neuron SIZE MILLISECONDS SEED
 *
 * The exact update of tau v' = -v + I in steps of 0.1 ms, a spike above theta, 2 ms at rest after it, all spikes
 * recorded. A neuron waits for its own last value, so the loop is bound by the latency of one multiplication and
 * addition, and of the comparison beside it. It prints the CPU seconds of the time loop and the rate in Hz. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(int count, char **words)
{
  const int64_t size = count > 1 ? atoll(words[1]) : 1;
  const int64_t steps = 10 * (count > 2 ? atoll(words[2]) : 1000000);
  const double tau = 20.0, h = 0.1, I = 21.0, theta = 20.0;
  const double keeps = exp(-h / tau), gains = I * (1.0 - keeps);
  const int64_t refractory = 20;
  int64_t *recorded = malloc((size_t)(size * (steps / 100 + 1)) * 8), spikes = 0;
  if (!recorded) {
    return 1;
  }
  memset(recorded, 1, (size_t)(size * (steps / 100 + 1)) * 8); /* pages are there before the clock starts */

  struct timespec begin, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
  for (int64_t i = 0; i < size; ++i) {
    double v = 0.0;
    int64_t until = 0;
    for (int64_t step = 0; step < steps; ++step) {
      const double fresh = keeps * v + gains;
      v = step >= until ? fresh : v;
      if (v > theta) {
        recorded[spikes++] = step;
        v = 0.0;
        until = step + 1 + refractory;
      }
    }
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("%.6f %.4f\n", (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec),
         (double)spikes / (double)size / (1e-4 * (double)steps));
  free(recorded);
  return 0;
}
