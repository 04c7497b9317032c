#include "body-private.h"

#include <string.h>

enum { AT_TICKET, AT_FILE_HEAD, AT_FILE_DATA, AT_FILE_END, AT_LAST, AT_MESSAGE, AT_OVER };

/* The ticket's own JSON: 64 KiB of text, each octet six as \u0000, and 100 addresses. */
#define LARGEST_TEXT (1024 * 1024)

bool mfpmail_body_begin(mfpmail_body_t *body, mfpmail_ticket_t *ticket) {
  memset(body, 0, sizeof(*body));
  mfpmail_buffer_init(&body->text, LARGEST_TEXT);
  body->ticket = ticket;
  ticket->body = body;
  body->at = ticket->has_message ? AT_MESSAGE : AT_TICKET;
  return mfpmail_ticket_rewind(ticket);
}

void mfpmail_body_free(mfpmail_body_t *body) {
  if (body->ticket != NULL) {
    mfpmail_ticket_close(body->ticket);
    body->ticket->body = NULL;
  }
  mfpmail_buffer_free(&body->text);
  body->ticket = NULL;
}

/* Puts the text that stands here into the buffer, and says what follows it. */
static bool write_text(mfpmail_body_t *body) {
  const mfpmail_ticket_t *ticket = body->ticket;
  mfpmail_buffer_t *text = &body->text;
  mfpmail_buffer_clear(text);
  body->text_at = 0;
  switch (body->at) {
  case AT_TICKET:
    body->at = ticket->part_count > 0 ? AT_FILE_HEAD : AT_LAST;
    return mfpmail_buffer_printf(text, "--%s\r\n", ticket->boundary) &&
           mfpmail_buffer_add_string(text, "Content-Disposition: form-data; name=\"ticket\"\r\n"
                                           "Content-Type: application/json\r\n\r\n") &&
           mfpmail_ticket_write_json(ticket, text) && mfpmail_buffer_add_string(text, "\r\n");
  case AT_FILE_HEAD:
    body->at = AT_FILE_DATA;
    return mfpmail_buffer_printf(text, "--%s\r\n", ticket->boundary) &&
           mfpmail_buffer_add_string(text, "Content-Disposition: form-data; name=\"file\"; filename=\"") &&
           mfpmail_buffer_add_string(text, ticket->parts[body->part].name) &&
           mfpmail_buffer_add_string(text, "\"\r\nContent-Type: ") &&
           mfpmail_buffer_add_string(text, ticket->parts[body->part].media_type) &&
           mfpmail_buffer_add_string(text, "\r\n\r\n");
  case AT_FILE_END:
    body->part++;
    body->at = body->part < ticket->part_count ? AT_FILE_HEAD : AT_LAST;
    return mfpmail_buffer_add_string(text, "\r\n");
  default: /* AT_LAST */
    body->at = AT_OVER;
    body->is_ending = true;
    return mfpmail_buffer_printf(text, "--%s--\r\n", ticket->boundary);
  }
}

static mfpmail_source_t *source(mfpmail_body_t *body) {
  return body->at == AT_MESSAGE ? &body->ticket->message : &body->ticket->parts[body->part].source;
}

ssize_t mfpmail_body_read(mfpmail_body_t *body, char *buffer, size_t size) {
  for (;;) {
    if (body->text_at < body->text.length) {
      size_t piece = body->text.length - body->text_at;
      if (piece > size) piece = size;
      memcpy(buffer, body->text.text + body->text_at, piece);
      body->text_at += piece;
      return (ssize_t)piece;
    }
    if (body->ticket == NULL) return MFPMAIL_READ_FAILED;
    if (body->at == AT_OVER) {
      body->is_ending = true;
      return 0;
    }
    if (body->at == AT_FILE_DATA || body->at == AT_MESSAGE) {
      ssize_t got = mfpmail_source_read(source(body), buffer, size);
      if (got != 0) return got;
      body->at = body->at == AT_MESSAGE ? AT_OVER : AT_FILE_END;
    } else if (!write_text(body)) {
      return MFPMAIL_READ_FAILED;
    }
  }
}

int mfpmail_body_wait_fd(const mfpmail_body_t *body) {
  if (body->ticket == NULL) return -1;
  if (body->at == AT_MESSAGE) return mfpmail_source_wait_fd(&body->ticket->message);
  if (body->at == AT_FILE_DATA) return mfpmail_source_wait_fd(&body->ticket->parts[body->part].source);
  return -1;
}
