/* Checks of strings, whoever they come from. */
#ifndef MFPMAIL_TEXT_PRIVATE_H
#define MFPMAIL_TEXT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

/* O: true for valid UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing over U+10FFFF). */
bool mfpmail_text_is_utf8(const char *octets, size_t size);
/* O: true for a UTF-8 string of 1 to limit octets without control characters: safe in a header field or an address. */
bool mfpmail_text_is_line(const char *string, size_t limit);
/* O: true for 1 to limit printable ASCII characters; blanks count as printable, but not at either end. */
bool mfpmail_text_is_ascii_line(const char *string, size_t limit);
/* O: true for an idempotency key or a job id: 1 to 64 of A-Z a-z 0-9 . _ - */
bool mfpmail_text_is_key(const char *string);
/* Fills digits with 2 * octet_count random hex digits and a NUL. O: false if the system has no randomness to give. */
bool mfpmail_text_random_hex(char *digits, size_t octet_count);

#endif
