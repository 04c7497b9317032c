#include "source-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Does not compile without -D_FILE_OFFSET_BITS=64 where that is needed: fstat() would fail on 64-bit inode numbers. */
typedef char mfpmail_off_t_has_64_bits[sizeof(off_t) >= 8 ? 1 : -1];

bool mfpmail_source_init_path(mfpmail_source_t *source, const char *path) {
  memset(source, 0, sizeof(*source));
  source->kind = MFPMAIL_SOURCE_PATH;
  source->fd = -1;
  source->path = strdup(path);
  return source->path != NULL;
}

void mfpmail_source_init_fd(mfpmail_source_t *source, int fd) {
  memset(source, 0, sizeof(*source));
  source->kind = MFPMAIL_SOURCE_FD;
  source->fd = fd;
  source->start = lseek(fd, 0, SEEK_CUR);
}

void mfpmail_source_init_callback(mfpmail_source_t *source, mfpmail_read_t read, mfpmail_rewind_t rewind, void *data) {
  memset(source, 0, sizeof(*source));
  source->kind = MFPMAIL_SOURCE_CALLBACK;
  source->fd = -1;
  source->read = read;
  source->rewind = rewind;
  source->data = data;
}

void mfpmail_source_close(mfpmail_source_t *source) {
  if (source->kind != MFPMAIL_SOURCE_PATH || source->fd < 0) return;
  (void)close(source->fd); /* opened for reading: nothing can be lost */
  source->fd = -1;
}

void mfpmail_source_free(mfpmail_source_t *source) {
  mfpmail_source_close(source);
  free(source->path);
  source->path = NULL;
}

bool mfpmail_source_rewind(mfpmail_source_t *source) {
  mfpmail_source_close(source);
  source->count = 0;
  if (source->kind == MFPMAIL_SOURCE_PATH || !source->is_spent) return true;
  if (source->kind == MFPMAIL_SOURCE_FD) {
    if (source->start < 0 || lseek(source->fd, source->start, SEEK_SET) != source->start) return false;
  } else if (source->rewind == NULL || !source->rewind(source->data)) {
    return false;
  }
  source->is_spent = false;
  return true;
}

/* Regular files only: opening a pipe or a device by its name could wait for ever (T62). */
static bool open_path(mfpmail_source_t *source) {
  struct stat facts;
  source->fd = open(source->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (source->fd < 0) return false;
  if (fstat(source->fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    mfpmail_source_close(source);
    return false;
  }
  source->expected = facts.st_size;
  return true;
}

static ssize_t read_fd(mfpmail_source_t *source, char *buffer, size_t size) {
  if (source->kind == MFPMAIL_SOURCE_FD && source->start < 0) {
    struct pollfd waiting = {.fd = source->fd, .events = POLLIN, .revents = 0};
    int ready = poll(&waiting, 1, 0);
    if (ready < 0) return errno == EINTR ? MFPMAIL_READ_AGAIN : MFPMAIL_READ_FAILED;
    if (ready == 0) return MFPMAIL_READ_AGAIN;
  }
  ssize_t got = read(source->fd, buffer, size);
  if (got >= 0) return got;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? MFPMAIL_READ_AGAIN : MFPMAIL_READ_FAILED;
}

ssize_t mfpmail_source_read(mfpmail_source_t *source, char *buffer, size_t size) {
  ssize_t got;
  if (source->kind == MFPMAIL_SOURCE_CALLBACK) {
    got = source->read(source->data, buffer, size);
    /* A number that a correct function cannot return would make us send what is not ours. */
    if (got > 0 && (size_t)got > size) return MFPMAIL_READ_FAILED;
    if (got < 0 && got != MFPMAIL_READ_AGAIN) return MFPMAIL_READ_FAILED;
  } else {
    if (source->kind == MFPMAIL_SOURCE_PATH && source->fd < 0 && !open_path(source)) return MFPMAIL_READ_FAILED;
    got = read_fd(source, buffer, size);
  }
  if (got > 0) {
    source->is_spent = true;
    source->count += got;
  }
  if (source->kind == MFPMAIL_SOURCE_PATH) {
    /* A file that somebody still writes, or cuts, is not the scan that was meant. */
    if (source->count > source->expected || (got == 0 && source->count != source->expected)) return MFPMAIL_READ_FAILED;
    if (got == 0) mfpmail_source_close(source);
  }
  return got;
}

int mfpmail_source_wait_fd(const mfpmail_source_t *source) {
  return source->kind == MFPMAIL_SOURCE_FD ? source->fd : -1;
}
