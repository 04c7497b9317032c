/* Files and messages of a ticket. */
#include "ticket-private.h"

#include "text-private.h"

#include <stdlib.h>
#include <string.h>

static mfpmail_result_t mistake(mfpmail_ticket_t *ticket, const char *sentence) {
  if (ticket->mistake == NULL) ticket->mistake = sentence;
  return MFPMAIL_USAGE;
}

/* Between quotes of a part's header; the agent decides what the attachment is called in the end. */
static char *safe_name(const char *name) {
  char *copy = strdup(name);
  if (copy == NULL) return NULL;
  for (char *at = copy; *at != '\0'; at++)
    if (*at == '"' || *at == '\\' || (unsigned char)*at < 0x20 || *at == 0x7F) *at = '_';
  return copy;
}

/* Makes room for one more file. O: its zeroed place, not yet counted; NULL after a mistake. */
static mfpmail_part_t *new_part(mfpmail_ticket_t *ticket, const char *name, const char *media_type) {
  const char *type = media_type == NULL ? "application/octet-stream" : media_type;
  size_t name_size = name == NULL ? 0 : strlen(name);
  if (name_size == 0 || name_size > 255 || !mfpmail_text_is_utf8(name, name_size)) {
    (void)mistake(ticket, "a file needs a name of at most 255 octets of UTF-8");
    return NULL;
  }
  if (!mfpmail_text_is_ascii_line(type, 127)) {
    (void)mistake(ticket, "a media type is ASCII, as application/pdf");
    return NULL;
  }
  if (ticket->part_count >= MFPMAIL_MAX_FILES) {
    (void)mistake(ticket, "more than 50 files");
    return NULL;
  }
  mfpmail_part_t *parts = realloc(ticket->parts, (ticket->part_count + 1) * sizeof(*parts));
  if (parts == NULL) {
    (void)mistake(ticket, "no memory is left");
    return NULL;
  }
  ticket->parts = parts;
  mfpmail_part_t *part = &parts[ticket->part_count];
  memset(part, 0, sizeof(*part));
  part->name = safe_name(name);
  part->media_type = strdup(type);
  if (part->name != NULL && part->media_type != NULL) return part;
  free(part->name);
  free(part->media_type);
  (void)mistake(ticket, "no memory is left");
  return NULL;
}

mfpmail_result_t mfpmail_ticket_add_file(
    mfpmail_ticket_t *ticket, const char *path, const char *name, const char *media_type) {
  const char *slash = strrchr(path, '/');
  mfpmail_part_t *part = new_part(ticket, name != NULL ? name : slash != NULL ? slash + 1 : path, media_type);
  if (part == NULL) return MFPMAIL_USAGE;
  ticket->part_count++; /* also without memory for the path: the ticket frees what there is */
  return mfpmail_source_init_path(&part->source, path) ? MFPMAIL_OK : mistake(ticket, "no memory is left");
}

mfpmail_result_t mfpmail_ticket_add_file_fd(
    mfpmail_ticket_t *ticket, int fd, const char *name, const char *media_type) {
  mfpmail_part_t *part = new_part(ticket, name, media_type);
  if (part == NULL) return MFPMAIL_USAGE;
  ticket->part_count++;
  mfpmail_source_init_fd(&part->source, fd);
  return MFPMAIL_OK;
}

mfpmail_result_t mfpmail_ticket_add_file_callback(
    mfpmail_ticket_t *ticket, mfpmail_read_t read, mfpmail_rewind_t rewind, void *data, const char *name,
    const char *media_type) {
  mfpmail_part_t *part = new_part(ticket, name, media_type);
  if (part == NULL) return MFPMAIL_USAGE;
  ticket->part_count++;
  mfpmail_source_init_callback(&part->source, read, rewind, data);
  return MFPMAIL_OK;
}

static bool has_message_already(mfpmail_ticket_t *ticket) {
  if (ticket->has_message) (void)mistake(ticket, "a ticket has at most one message");
  return ticket->has_message;
}

mfpmail_result_t mfpmail_ticket_set_message(mfpmail_ticket_t *ticket, const char *path) {
  if (has_message_already(ticket)) return MFPMAIL_USAGE;
  ticket->has_message = true;
  return mfpmail_source_init_path(&ticket->message, path) ? MFPMAIL_OK : mistake(ticket, "no memory is left");
}

mfpmail_result_t mfpmail_ticket_set_message_fd(mfpmail_ticket_t *ticket, int fd) {
  if (has_message_already(ticket)) return MFPMAIL_USAGE;
  ticket->has_message = true;
  mfpmail_source_init_fd(&ticket->message, fd);
  return MFPMAIL_OK;
}

mfpmail_result_t mfpmail_ticket_set_message_callback(
    mfpmail_ticket_t *ticket, mfpmail_read_t read, mfpmail_rewind_t rewind, void *data) {
  if (has_message_already(ticket)) return MFPMAIL_USAGE;
  ticket->has_message = true;
  mfpmail_source_init_callback(&ticket->message, read, rewind, data);
  return MFPMAIL_OK;
}

bool mfpmail_ticket_rewind(mfpmail_ticket_t *ticket) {
  bool is_ok = !ticket->has_message || mfpmail_source_rewind(&ticket->message);
  for (size_t n = 0; n < ticket->part_count; n++) is_ok = mfpmail_source_rewind(&ticket->parts[n].source) && is_ok;
  return is_ok;
}

void mfpmail_ticket_close(mfpmail_ticket_t *ticket) {
  if (ticket->has_message) mfpmail_source_close(&ticket->message);
  for (size_t n = 0; n < ticket->part_count; n++) mfpmail_source_close(&ticket->parts[n].source);
}
