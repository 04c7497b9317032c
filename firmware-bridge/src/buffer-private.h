/* Text that grows up to a limit: everything whose size a peer or a caller decides goes through here (T63, T64). */
#ifndef MFPMAIL_BUFFER_PRIVATE_H
#define MFPMAIL_BUFFER_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__GNUC__)
#define MFPMAIL_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))
#else
#define MFPMAIL_PRINTF(format_at, first_at)
#endif

typedef struct mfpmail_buffer_s {
  char *text;    /* Ends with NUL; NULL while nothing was added */
  size_t length; /* Without the NUL */
  size_t size;   /* Allocated */
  size_t limit;  /* Most octets it may hold */
  bool has_failed; /* Something did not fit, or no memory; stays true until cleared */
} mfpmail_buffer_t;

void mfpmail_buffer_init(mfpmail_buffer_t *buffer, size_t limit);
/* O: false if it would grow over the limit or no memory is left; the buffer is then as before. */
bool mfpmail_buffer_add(mfpmail_buffer_t *buffer, const char *octets, size_t size);
bool mfpmail_buffer_add_string(mfpmail_buffer_t *buffer, const char *string);
/* At most 256 octets at a time. */
bool mfpmail_buffer_printf(mfpmail_buffer_t *buffer, const char *format, ...) MFPMAIL_PRINTF(2, 3);
/* Percent-encodes everything but letters, digits and -._~ (RFC 3986 2.3). */
bool mfpmail_buffer_add_encoded(mfpmail_buffer_t *buffer, const char *string);
/* O: the text, "" if there is none. */
const char *mfpmail_buffer_text(const mfpmail_buffer_t *buffer);
/* Empties it; keeps the memory. */
void mfpmail_buffer_clear(mfpmail_buffer_t *buffer);
/* Empties it; frees the memory. */
void mfpmail_buffer_free(mfpmail_buffer_t *buffer);

#endif
