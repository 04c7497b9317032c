#include "buffer-private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mfpmail_buffer_init(mfpmail_buffer_t *buffer, size_t limit) {
  memset(buffer, 0, sizeof(*buffer));
  buffer->limit = limit;
}

static bool grow(mfpmail_buffer_t *buffer, size_t more) {
  if (more > buffer->limit || buffer->length > buffer->limit - more) return false;
  size_t needed = buffer->length + more + 1;
  if (needed <= buffer->size) return true;
  size_t size = buffer->size == 0 ? 256 : buffer->size;
  while (size < needed) size *= 2; /* limits are far below SIZE_MAX / 2 */
  char *text = realloc(buffer->text, size);
  if (text == NULL) return false;
  buffer->text = text;
  buffer->size = size;
  return true;
}

bool mfpmail_buffer_add(mfpmail_buffer_t *buffer, const char *octets, size_t size) {
  if (!grow(buffer, size)) {
    buffer->has_failed = true;
    return false;
  }
  if (size > 0) memcpy(buffer->text + buffer->length, octets, size);
  buffer->length += size;
  buffer->text[buffer->length] = '\0';
  return true;
}

bool mfpmail_buffer_add_string(mfpmail_buffer_t *buffer, const char *string) {
  return mfpmail_buffer_add(buffer, string, strlen(string));
}

bool mfpmail_buffer_printf(mfpmail_buffer_t *buffer, const char *format, ...) {
  char text[257];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  if (length < 0 || (size_t)length >= sizeof(text)) {
    buffer->has_failed = true;
    return false;
  }
  return mfpmail_buffer_add(buffer, text, (size_t)length);
}

bool mfpmail_buffer_add_encoded(mfpmail_buffer_t *buffer, const char *string) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  bool is_ok = true;
  for (; *string != '\0'; string++) {
    if (strchr(plain, *string) != NULL)
      is_ok = mfpmail_buffer_add(buffer, string, 1) && is_ok;
    else
      is_ok = mfpmail_buffer_printf(buffer, "%%%02X", (unsigned)(unsigned char)*string) && is_ok;
  }
  return is_ok;
}

const char *mfpmail_buffer_text(const mfpmail_buffer_t *buffer) {
  return buffer->text == NULL ? "" : buffer->text;
}

void mfpmail_buffer_clear(mfpmail_buffer_t *buffer) {
  buffer->length = 0;
  buffer->has_failed = false;
  if (buffer->text != NULL) buffer->text[0] = '\0';
}

void mfpmail_buffer_free(mfpmail_buffer_t *buffer) {
  free(buffer->text);
  mfpmail_buffer_init(buffer, buffer->limit);
}
