/* Another file system type or another time of day for the processes that load this library.
 *
 *   STATFS_TYPE=0x6969      every file system is of this type (statfs(2))
 *   CLOCK_SHIFT=FILE        the time of day is off by the seconds in FILE, 8 bytes, which may change at any time
 *
 * cc -shared -fPIC -o surroundings.so surroundings.c -ldl
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static int typed(int code, long *type) {
  const char *named = getenv("STATFS_TYPE");
  if (code == 0 && named) *type = strtol(named, NULL, 0);
  return code;
}

int statfs(const char *path, struct statfs *result) {
  int (*real)(const char *, struct statfs *) = dlsym(RTLD_NEXT, "statfs");
  return typed(real(path, result), &result->f_type);
}

int statfs64(const char *path, struct statfs64 *result) {
  int (*real)(const char *, struct statfs64 *) = dlsym(RTLD_NEXT, "statfs64");
  return typed(real(path, result), &result->f_type);
}

static volatile long long *shift;

__attribute__((constructor)) static void map_shift(void) {
  const char *file = getenv("CLOCK_SHIFT");
  int fd = file ? open(file, O_RDONLY) : -1;
  if (fd < 0) return;
  void *at = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) shift = at;
  close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int code = syscall(SYS_clock_gettime, clock, time);
  if (code == 0 && shift && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += *shift;
  return code;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
