#include "event-parser-private.h"

#include <string.h>

void mfpmail_event_parser_init(mfpmail_event_parser_t *parser) {
  memset(parser, 0, sizeof(*parser));
  mfpmail_buffer_init(&parser->line, MFPMAIL_LARGEST_EVENT);
  mfpmail_buffer_init(&parser->data, MFPMAIL_LARGEST_EVENT);
}

void mfpmail_event_parser_free(mfpmail_event_parser_t *parser) {
  mfpmail_buffer_free(&parser->line);
  mfpmail_buffer_free(&parser->data);
}

static void dispatch(mfpmail_event_parser_t *parser, mfpmail_event_t event, void *context) {
  if (parser->has_data)
    event(context, parser->name[0] == '\0' ? "message" : parser->name, mfpmail_buffer_text(&parser->data),
          parser->data.length);
  mfpmail_buffer_clear(&parser->data);
  parser->name[0] = '\0';
  parser->has_data = false;
}

static bool end_line(mfpmail_event_parser_t *parser, mfpmail_event_t event, void *context) {
  const char *line = mfpmail_buffer_text(&parser->line);
  size_t length = parser->line.length;
  bool is_ok = true;
  if (length == 0) {
    dispatch(parser, event, context);
    return true;
  }
  const char *colon = memchr(line, ':', length);
  size_t name_length = colon == NULL ? length : (size_t)(colon - line);
  const char *value = colon == NULL ? line + length : colon + 1;
  if (*value == ' ') value++;
  size_t value_length = (size_t)(line + length - value);
  if (name_length == 4 && memcmp(line, "data", 4) == 0) {
    /* A line end stands between two data lines, not after the last. */
    if (parser->has_data) is_ok = mfpmail_buffer_add(&parser->data, "\n", 1);
    is_ok = is_ok && mfpmail_buffer_add(&parser->data, value, value_length);
    parser->has_data = true;
  } else if (name_length == 5 && memcmp(line, "event", 5) == 0) {
    /* One that does not fit is none that we know. */
    size_t kept = value_length < sizeof(parser->name) ? value_length : sizeof(parser->name) - 1;
    memcpy(parser->name, value, kept);
    parser->name[kept] = '\0';
  }
  mfpmail_buffer_clear(&parser->line);
  return is_ok;
}

bool mfpmail_event_parser_feed(
    mfpmail_event_parser_t *parser, const char *octets, size_t size, mfpmail_event_t event, void *context) {
  const char *end = octets + size;
  while (octets < end) {
    if (parser->has_cr && *octets == '\n') {
      parser->has_cr = false;
      octets++;
      continue;
    }
    parser->has_cr = false;
    const char *stop = octets;
    while (stop < end && *stop != '\n' && *stop != '\r') stop++;
    if (stop > octets && !mfpmail_buffer_add(&parser->line, octets, (size_t)(stop - octets))) return false;
    octets = stop;
    if (stop == end) break;
    parser->has_cr = *octets++ == '\r';
    if (!end_line(parser, event, context)) return false;
  }
  return true;
}
