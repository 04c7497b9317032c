#include "http-reply-private.h"

#include <string.h>
#include <strings.h>

enum { AT_STATUS, AT_FIELDS, AT_LENGTH, AT_CHUNKED };

void mfpmail_http_reply_init(mfpmail_http_reply_t *reply) {
  memset(reply, 0, sizeof(*reply));
  mfpmail_chunked_init(&reply->chunked);
}

static bool is_digit(char one) {
  return one >= '0' && one <= '9';
}

/* "HTTP/1.1 201 Created"; HTTP/1.0 has no chunks and nobody speaks it here. */
static bool read_status(mfpmail_http_reply_t *reply) {
  const char *line = reply->line;
  if (reply->line_length < 12 || strncmp(line, "HTTP/1.1 ", 9) != 0) return false;
  if (!is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11])) return false;
  if (reply->line_length > 12 && line[12] != ' ') return false;
  reply->status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  /* 101 would be another protocol from here on. */
  return reply->status >= 100 && reply->status <= 599 && reply->status != 101;
}

/* O: false unless it is digits alone and below 2^53. */
static bool read_number(const char *text, uint64_t *number) {
  uint64_t value = 0;
  if (!is_digit(*text)) return false;
  for (; is_digit(*text); text++) {
    value = value * 10 + (uint64_t)(*text - '0');
    if (value >= (uint64_t)1 << 53) return false;
  }
  *number = value;
  return *text == '\0';
}

static bool read_length(mfpmail_http_reply_t *reply, const char *value) {
  uint64_t length;
  if (!read_number(value, &length)) return false;
  /* Two that differ let two readers see two bodies. */
  if (reply->has_length && length != reply->left) return false;
  reply->has_length = true;
  reply->left = length;
  return true;
}

static bool read_field(mfpmail_http_reply_t *reply) {
  char *line = reply->line;
  bool is_cut = reply->line_length >= sizeof(reply->line);
  char *colon = strchr(line, ':');
  if (colon == NULL) return is_cut; /* the name alone is longer than any we know */
  *colon = '\0';
  /* No name, a folded line, or a blank before the colon: each has been used to smuggle. */
  if (line[0] == '\0' || strpbrk(line, " \t") != NULL) return false;
  char *value = colon + 1 + strspn(colon + 1, " \t");
  for (size_t length = strlen(value); length > 0 && strchr(" \t", value[length - 1]) != NULL; length--)
    value[length - 1] = '\0';
  if (strcasecmp(line, "content-length") == 0) return !is_cut && read_length(reply, value);
  if (strcasecmp(line, "transfer-encoding") == 0) {
    if (is_cut || reply->is_chunked || strcasecmp(value, "chunked") != 0) return false;
    reply->is_chunked = true;
  }
  if (strcasecmp(line, "content-type") == 0)
    reply->is_event_stream = strncasecmp(value, "text/event-stream", 17) == 0 && strchr("; \t", value[17]) != NULL;
  uint64_t seconds;
  if (strcasecmp(line, "retry-after") == 0 && !is_cut && read_number(value, &seconds))
    reply->retry_after_s = seconds > 86400 ? 86400 : (unsigned)seconds;
  return true;
}

/* The empty line: what follows? O: true if nothing does. */
static bool end_head(mfpmail_http_reply_t *reply, bool *is_bad) {
  if (reply->status < 200) {
    size_t head_octets = reply->head_octets;
    mfpmail_http_reply_init(reply);
    reply->head_octets = head_octets; /* an endless row of interim responses ends too */
    return false;
  }
  if (reply->status == 204 || reply->status == 304) return true;
  *is_bad = reply->is_chunked == reply->has_length;
  reply->at = reply->is_chunked ? AT_CHUNKED : AT_LENGTH;
  return !*is_bad && !reply->is_chunked && reply->left == 0;
}

static mfpmail_parse_t end_line(mfpmail_http_reply_t *reply) {
  size_t length = reply->line_length < sizeof(reply->line) ? reply->line_length : sizeof(reply->line) - 1;
  reply->line[length] = '\0';
  bool is_bad = false;
  bool is_over = false;
  if (reply->at == AT_STATUS) {
    is_bad = !read_status(reply);
    reply->at = AT_FIELDS;
  } else if (reply->line_length == 0) {
    is_over = end_head(reply, &is_bad);
  } else {
    is_bad = !read_field(reply);
  }
  reply->line_length = 0;
  reply->has_cr = false;
  return is_bad ? MFPMAIL_PARSE_BAD : is_over ? MFPMAIL_PARSE_DONE : MFPMAIL_PARSE_MORE;
}

static mfpmail_parse_t take_head_octet(mfpmail_http_reply_t *reply, char octet) {
  if (++reply->head_octets > MFPMAIL_LARGEST_HEAD || octet == '\0') return MFPMAIL_PARSE_BAD;
  if (reply->has_cr) return octet == '\n' ? end_line(reply) : MFPMAIL_PARSE_BAD;
  if (octet == '\n') return MFPMAIL_PARSE_BAD;
  if (octet == '\r') {
    reply->has_cr = true;
    return MFPMAIL_PARSE_MORE;
  }
  if (reply->line_length < sizeof(reply->line) - 1) reply->line[reply->line_length] = octet;
  reply->line_length++;
  return MFPMAIL_PARSE_MORE;
}

mfpmail_parse_t mfpmail_http_reply_feed(
    mfpmail_http_reply_t *reply, const char *octets, size_t size, mfpmail_sink_t sink, void *data) {
  while (size > 0) {
    if (reply->at == AT_CHUNKED) return mfpmail_chunked_feed(&reply->chunked, octets, size, sink, data);
    if (reply->at == AT_LENGTH) {
      size_t piece = size < reply->left ? size : (size_t)reply->left;
      if (!sink(data, octets, piece)) return MFPMAIL_PARSE_BAD;
      reply->left -= piece;
      return reply->left == 0 ? MFPMAIL_PARSE_DONE : MFPMAIL_PARSE_MORE;
    }
    mfpmail_parse_t outcome = take_head_octet(reply, *octets);
    if (outcome != MFPMAIL_PARSE_MORE) return outcome;
    octets++;
    size--;
  }
  return MFPMAIL_PARSE_MORE;
}
