/*
 * A preloaded library that lets one system call of a program fail: the n-th of its kind on files below given folders,
 * counted over all processes of a run. For test/field/inject; not part of the program.
 *
 *   INJECT_UNDER   folders, separated by ':'; calls on other files are left alone
 *   INJECT_COUNTS  a file of 9 64-bit counters that all processes share
 *   INJECT_OP      index of the kind of call (enum below), with
 *   INJECT_AT      the number of the call that fails, from 1; 0 only counts, -1 is every call
 *   INJECT_ERRNO   what it fails with
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { OPEN, READ, WRITE, FSYNC, RENAME, MKDIR, FCNTL, MMAP, CONNECT, KINDS };

static uint64_t *counts;
static int failing_kind = -1, failing_errno;
static uint64_t failing_at;
static char under[8][PATH_MAX];
static int folders;

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("INJECT_COUNTS"), *list = getenv("INJECT_UNDER");
  if (!file || !list) return;
  int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDWR, 0);
  if (fd < 0) return;
  void *map = (void *)syscall(SYS_mmap, NULL, KINDS * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  syscall(SYS_close, fd);
  if (map == MAP_FAILED) return;
  char copy[8 * PATH_MAX];
  snprintf(copy, sizeof copy, "%s", list);
  for (char *each = strtok(copy, ":"); each && folders < 8; each = strtok(NULL, ":"))
    snprintf(under[folders++], PATH_MAX, "%s", each);
  if (getenv("INJECT_OP")) failing_kind = atoi(getenv("INJECT_OP"));
  if (getenv("INJECT_AT")) failing_at = strtoull(getenv("INJECT_AT"), NULL, 10);
  if (getenv("INJECT_ERRNO")) failing_errno = atoi(getenv("INJECT_ERRNO"));
  counts = map;
}

static int is_ours(const char *path) {
  for (int i = 0; i < folders; i++) {
    size_t length = strlen(under[i]);
    if (strncmp(path, under[i], length) == 0 && (path[length] == '/' || path[length] == 0)) return 1;
  }
  return 0;
}

/* Whether this call is the one that fails. */
static int fails(enum kind kind) {
  uint64_t n = __atomic_add_fetch(&counts[kind], 1, __ATOMIC_SEQ_CST);
  if ((int)kind != failing_kind || (n != failing_at && failing_at != UINT64_MAX)) return 0;
  errno = failing_errno;
  return 1;
}

static int path_fails(enum kind kind, const char *path) {
  if (!counts || !path) return 0;
  char full[2 * PATH_MAX];
  if (path[0] == '/') return is_ours(path) && fails(kind);
  if (!getcwd(full, PATH_MAX)) return 0;
  strcat(full, "/");
  strncat(full, path, PATH_MAX - 1);
  return is_ours(full) && fails(kind);
}

static int fd_fails(enum kind kind, int fd) {
  if (!counts || fd < 3) return 0;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_ours(path) && fails(kind);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define MODE(flags, last) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | __O_TMPFILE)) { va_list rest; va_start(rest, last); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags, flags) return path_fails(OPEN, path) ? -1 : REAL(open)(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, flags) return path_fails(OPEN, path) ? -1 : REAL(open64)(path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) {
  MODE(flags, flags)
  return (dir == AT_FDCWD || path[0] == '/') && path_fails(OPEN, path) ? -1 : REAL(openat)(dir, path, flags, mode);
}
int openat64(int dir, const char *path, int flags, ...) {
  MODE(flags, flags)
  return (dir == AT_FDCWD || path[0] == '/') && path_fails(OPEN, path) ? -1 : REAL(openat64)(dir, path, flags, mode);
}
ssize_t read(int fd, void *to, size_t n) { return fd_fails(READ, fd) ? -1 : REAL(read)(fd, to, n); }
ssize_t pread(int fd, void *to, size_t n, off_t at) { return fd_fails(READ, fd) ? -1 : REAL(pread)(fd, to, n, at); }
ssize_t pread64(int fd, void *to, size_t n, off64_t at) { return fd_fails(READ, fd) ? -1 : REAL(pread64)(fd, to, n, at); }
ssize_t readv(int fd, const struct iovec *v, int n) { return fd_fails(READ, fd) ? -1 : REAL(readv)(fd, v, n); }
ssize_t preadv64(int fd, const struct iovec *v, int n, off64_t at) { return fd_fails(READ, fd) ? -1 : REAL(preadv64)(fd, v, n, at); }
ssize_t write(int fd, const void *from, size_t n) { return fd_fails(WRITE, fd) ? -1 : REAL(write)(fd, from, n); }
ssize_t pwrite(int fd, const void *from, size_t n, off_t at) { return fd_fails(WRITE, fd) ? -1 : REAL(pwrite)(fd, from, n, at); }
ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at) { return fd_fails(WRITE, fd) ? -1 : REAL(pwrite64)(fd, from, n, at); }
ssize_t writev(int fd, const struct iovec *v, int n) { return fd_fails(WRITE, fd) ? -1 : REAL(writev)(fd, v, n); }
ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t at) { return fd_fails(WRITE, fd) ? -1 : REAL(pwritev64)(fd, v, n, at); }
int fsync(int fd) { return fd_fails(FSYNC, fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fd_fails(FSYNC, fd) ? -1 : REAL(fdatasync)(fd); }
int rename(const char *from, const char *to) { return path_fails(RENAME, to) ? -1 : REAL(rename)(from, to); }
int mkdir(const char *path, mode_t mode) { return path_fails(MKDIR, path) ? -1 : REAL(mkdir)(path, mode); }
#define FCNTL_CALL(name) \
  int name(int fd, int command, ...) { \
    va_list rest; va_start(rest, command); void *with = va_arg(rest, void *); va_end(rest); \
    int locks = command == F_SETLK || command == F_SETLKW || command == F_GETLK; \
    return locks && fd_fails(FCNTL, fd) ? -1 : REAL(name)(fd, command, with); \
  }
FCNTL_CALL(fcntl)
FCNTL_CALL(fcntl64)
void *mmap(void *at, size_t n, int how, int flags, int fd, off_t from) {
  return fd >= 3 && fd_fails(MMAP, fd) ? MAP_FAILED : REAL(mmap)(at, n, how, flags, fd, from);
}
void *mmap64(void *at, size_t n, int how, int flags, int fd, off64_t from) {
  return fd >= 3 && fd_fails(MMAP, fd) ? MAP_FAILED : REAL(mmap64)(at, n, how, flags, fd, from);
}
int connect(int fd, const struct sockaddr *to, socklen_t n) {
  int network = to && (to->sa_family == AF_INET || to->sa_family == AF_INET6);
  return network && counts && fails(CONNECT) ? -1 : REAL(connect)(fd, to, n);
}
