/* Where the octets of a file or message come from: a path, a descriptor, or a function of the caller's. */
#ifndef MFPMAIL_SOURCE_PRIVATE_H
#define MFPMAIL_SOURCE_PRIVATE_H

#include "mfpmail.h"

typedef struct mfpmail_source_s {
  enum { MFPMAIL_SOURCE_PATH, MFPMAIL_SOURCE_FD, MFPMAIL_SOURCE_CALLBACK } kind;
  char *path;     /* Owned; of a path */
  int fd;         /* The caller's, or of the path while it is open; else -1 */
  off_t start;    /* Where the descriptor stood when it was added; -1: cannot go back */
  int64_t expected; /* Size of the path's file when it was opened */
  int64_t count;  /* Octets read in this try */
  bool is_spent;  /* Octets were read that cannot be read again */
  mfpmail_read_t read;
  mfpmail_rewind_t rewind;
  void *data;     /* For the two above */
} mfpmail_source_t;

/* O: false without memory. */
bool mfpmail_source_init_path(mfpmail_source_t *source, const char *path);
void mfpmail_source_init_fd(mfpmail_source_t *source, int fd);
void mfpmail_source_init_callback(mfpmail_source_t *source, mfpmail_read_t read, mfpmail_rewind_t rewind, void *data);
/* Closes what was opened and frees what was copied. */
void mfpmail_source_free(mfpmail_source_t *source);
/* Back to the first octet. O: false if that is not possible. */
bool mfpmail_source_rewind(mfpmail_source_t *source);
/* O: octets put into buffer, 0 at the end, MFPMAIL_READ_AGAIN, MFPMAIL_READ_FAILED. Does not wait for a pipe. */
ssize_t mfpmail_source_read(mfpmail_source_t *source, char *buffer, size_t size);
/* Closes what rewind or read opened. */
void mfpmail_source_close(mfpmail_source_t *source);
/* O: the descriptor to wait for after MFPMAIL_READ_AGAIN; -1 if there is none. */
int mfpmail_source_wait_fd(const mfpmail_source_t *source);

#endif
