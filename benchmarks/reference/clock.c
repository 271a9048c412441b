/* How fast a core runs at this moment: additions that wait for each other, in a nanosecond.
 *
 * gcc -O2 -o clock clock.c && ./clock
 *
 * A core that nobody else uses makes one in each cycle, whatever is in its caches; one that shares its units with
 * another thread, or is slowed down, makes fewer. Some fifty milliseconds, a hundred pieces; it prints the mean. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(void)
{
  uint64_t x = 1, made = 0;
  const double begin = now();
  double end = begin;
  while (end < begin + 5e7) {
    for (int k = 0; k < 1000000; ++k) {
      __asm__ volatile("" : "+r"(x)); /* each sum is known only when it has been made */
      x += 3;
    }
    made += 1000000;
    end = now();
  }
  printf("%.4f\n", (double)made / (end - begin));
  return x == 0;
}
