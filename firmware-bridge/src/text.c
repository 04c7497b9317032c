#include "text-private.h"

#include "mfpmail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool mfpmail_text_is_utf8(const char *octets, size_t size) {
  const unsigned char *at = (const unsigned char *)octets;
  const unsigned char *end = at + size;
  while (at < end) {
    unsigned char first = *at++;
    if (first < 0x80) continue;
    size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4 || (size_t)(end - at) < more) return false;
    /* The second octet alone decides about overlong forms, surrogates and the end of Unicode. */
    unsigned char lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (*at < lowest || *at > highest) return false;
    for (at++, more--; more > 0; at++, more--)
      if ((*at & 0xC0) != 0x80) return false;
  }
  return true;
}

bool mfpmail_text_is_line(const char *string, size_t limit) {
  size_t size = strlen(string);
  if (size == 0 || size > limit || !mfpmail_text_is_utf8(string, size)) return false;
  for (; *string != '\0'; string++) {
    unsigned char one = (unsigned char)*string;
    if (one < 0x20 || one == 0x7F) return false;
  }
  return true;
}

bool mfpmail_text_is_ascii_line(const char *string, size_t limit) {
  size_t size = strlen(string);
  if (size == 0 || size > limit || string[0] == ' ' || string[size - 1] == ' ') return false;
  for (; *string != '\0'; string++)
    if (*string < 0x20 || *string > 0x7E) return false;
  return true;
}

bool mfpmail_text_is_key(const char *string) {
  static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  size_t size = strlen(string);
  return size > 0 && size <= MFPMAIL_MAX_KEY && strspn(string, allowed) == size;
}

bool mfpmail_text_random_hex(char *digits, size_t octet_count) {
  /* Not getrandom(): firmware toolchains are older than it. */
  int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  bool is_ok = true;
  for (size_t n = 0; n < octet_count && is_ok; n++) {
    uint8_t octet = 0;
    ssize_t got;
    do got = read(fd, &octet, 1);
    while (got < 0 && errno == EINTR);
    is_ok = got == 1;
    (void)snprintf(digits + 2 * n, 3, "%02x", octet);
  }
  (void)close(fd);
  return is_ok;
}
