/*
 * stubborn CHILDREN BYTES FOLDER: a tree that does not end on SIGTERM and grows past a limit.
 *
 * FOLDER/pids gets the pids of all; FOLDER/crossed, when it alone has so many bytes resident, the
 * time of CLOCK_MONOTONIC in nanoseconds. It goes on growing by half as much again.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static FILE *opened(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  if (file == NULL) exit(1);
  return file;
}

static long long resident_bytes(void) {
  long long total, resident;
  FILE *statm = fopen("/proc/self/statm", "r");
  if (statm == NULL || fscanf(statm, "%lld %lld", &total, &resident) != 2) exit(1);
  fclose(statm);
  return resident * sysconf(_SC_PAGESIZE);
}

/* Renamed when complete, so that no reader finds a part of it. */
static void write_crossing(const char *folder) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  FILE *file = opened(folder, "crossing");
  fprintf(file, "%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec);
  fclose(file);
  char from[4096], to[4096];
  snprintf(from, sizeof from, "%s/crossing", folder);
  snprintf(to, sizeof to, "%s/crossed", folder);
  if (rename(from, to) != 0) exit(1);
}

int main(int count, char **words) {
  if (count != 4) return 2;
  int children = atoi(words[1]);
  long long limit = atoll(words[2]);
  const char *folder = words[3];
  signal(SIGTERM, SIG_IGN);
  FILE *pids = opened(folder, "pids");
  fprintf(pids, "%d\n", getpid());
  for (int child = 0; child < children; child += 1) {
    fflush(pids);
    pid_t pid = fork();
    if (pid < 0) return 1;
    if (pid == 0) for (;;) pause();
    fprintf(pids, "%d\n", pid);
  }
  fclose(pids);
  const size_t step = 1 << 20;
  int crossed = 0;
  for (long long grown = 0; grown < limit + limit / 2; grown += step) {
    char *more = malloc(step);
    if (more == NULL) return 1;
    memset(more, 1, step);
    if (!crossed && resident_bytes() > limit) {
      crossed = 1;
      write_crossing(folder);
    }
  }
  for (;;) pause();
}
