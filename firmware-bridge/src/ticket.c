#include "ticket-private.h"

#include "body-private.h"
#include "text-private.h"

#include <stdlib.h>
#include <string.h>

static const char *const no_memory = "no memory is left";

mfpmail_ticket_t *mfpmail_ticket_create(void) {
  mfpmail_ticket_t *ticket = calloc(1, sizeof(*ticket));
  if (ticket == NULL) return NULL;
  memcpy(ticket->boundary, "mfpmail-", 8);
  if (!mfpmail_text_random_hex(ticket->key, 16) || !mfpmail_text_random_hex(ticket->boundary + 8, 12)) {
    free(ticket);
    return NULL;
  }
  return ticket;
}

static void free_addresses(mfpmail_addresses_t *addresses) {
  for (size_t n = 0; n < addresses->count; n++) free(addresses->list[n]);
  free(addresses->list);
}

void mfpmail_ticket_delete(mfpmail_ticket_t *ticket) {
  if (ticket == NULL) return;
  if (ticket->body != NULL) ticket->body->ticket = NULL; /* what is being sent of it breaks off */
  free_addresses(&ticket->to);
  free_addresses(&ticket->cc);
  free_addresses(&ticket->bcc);
  free(ticket->subject);
  free(ticket->text);
  free(ticket->file_name);
  free(ticket->header_from);
  free(ticket->user_name);
  free(ticket->user_address);
  free(ticket->reverse_path);
  for (size_t n = 0; n < ticket->part_count; n++) {
    mfpmail_source_free(&ticket->parts[n].source);
    free(ticket->parts[n].name);
    free(ticket->parts[n].media_type);
  }
  free(ticket->parts);
  if (ticket->has_message) mfpmail_source_free(&ticket->message);
  free(ticket);
}

/* The first mistake stays: a firmware that checks nothing but the submission still learns what was wrong first. */
static mfpmail_result_t mistake(mfpmail_ticket_t *ticket, const char *sentence) {
  if (ticket->mistake == NULL) ticket->mistake = sentence;
  return MFPMAIL_USAGE;
}

static mfpmail_result_t set(mfpmail_ticket_t *ticket, char **member, const char *string) {
  char *copy = strdup(string);
  if (copy == NULL) return mistake(ticket, no_memory);
  free(*member);
  *member = copy;
  return MFPMAIL_OK;
}

static mfpmail_result_t set_line(mfpmail_ticket_t *ticket, char **member, const char *string, const char *sentence) {
  if (!mfpmail_text_is_line(string, MFPMAIL_MAX_STRING)) return mistake(ticket, sentence);
  return set(ticket, member, string);
}

static mfpmail_result_t add(mfpmail_ticket_t *ticket, mfpmail_addresses_t *addresses, const char *address) {
  if (!mfpmail_text_is_line(address, MFPMAIL_MAX_STRING))
    return mistake(ticket, "a recipient is empty, too long, or has control characters");
  if (ticket->to.count + ticket->cc.count + ticket->bcc.count >= MFPMAIL_MAX_RECIPIENTS)
    return mistake(ticket, "more than 100 recipients");
  char **list = realloc(addresses->list, (addresses->count + 1) * sizeof(*list));
  if (list == NULL) return mistake(ticket, no_memory);
  addresses->list = list;
  list[addresses->count] = strdup(address);
  if (list[addresses->count] == NULL) return mistake(ticket, no_memory);
  addresses->count++;
  return MFPMAIL_OK;
}

mfpmail_result_t mfpmail_ticket_add_to(mfpmail_ticket_t *ticket, const char *address) {
  return add(ticket, &ticket->to, address);
}

mfpmail_result_t mfpmail_ticket_add_cc(mfpmail_ticket_t *ticket, const char *address) {
  return add(ticket, &ticket->cc, address);
}

mfpmail_result_t mfpmail_ticket_add_bcc(mfpmail_ticket_t *ticket, const char *address) {
  return add(ticket, &ticket->bcc, address);
}

mfpmail_result_t mfpmail_ticket_set_subject(mfpmail_ticket_t *ticket, const char *subject) {
  return set_line(ticket, &ticket->subject, subject, "the subject is empty, too long, or has control characters");
}

mfpmail_result_t mfpmail_ticket_set_text(mfpmail_ticket_t *ticket, const char *text) {
  size_t size = strlen(text);
  if (size > MFPMAIL_MAX_TEXT || !mfpmail_text_is_utf8(text, size))
    return mistake(ticket, "the text is larger than 64 KiB or not UTF-8");
  return set(ticket, &ticket->text, text);
}

mfpmail_result_t mfpmail_ticket_set_file_name(mfpmail_ticket_t *ticket, const char *pattern) {
  return set_line(ticket, &ticket->file_name, pattern, "the file name is empty, too long, or has control characters");
}

mfpmail_result_t mfpmail_ticket_set_header_from(mfpmail_ticket_t *ticket, const char *address) {
  return set_line(ticket, &ticket->header_from, address, "the From address is empty, too long, or has control characters");
}

mfpmail_result_t mfpmail_ticket_set_requesting_user(mfpmail_ticket_t *ticket, const char *name, const char *address) {
  static const char sentence[] = "the requesting user is too long or has control characters";
  if (name[0] != '\0' && set_line(ticket, &ticket->user_name, name, sentence) != MFPMAIL_OK) return MFPMAIL_USAGE;
  if (address[0] == '\0') return MFPMAIL_OK;
  return set_line(ticket, &ticket->user_address, address, sentence);
}

mfpmail_result_t mfpmail_ticket_set_reverse_path(mfpmail_ticket_t *ticket, const char *address) {
  if (address[0] == '\0') return set(ticket, &ticket->reverse_path, address);
  return set_line(ticket, &ticket->reverse_path, address, "the reverse-path is too long or has control characters");
}

mfpmail_result_t mfpmail_ticket_set_key(mfpmail_ticket_t *ticket, const char *key) {
  if (!mfpmail_text_is_key(key)) return mistake(ticket, "an idempotency key is 1 to 64 of A-Z a-z 0-9 . _ -");
  memcpy(ticket->key, key, strlen(key) + 1);
  return MFPMAIL_OK;
}

const char *mfpmail_ticket_key(const mfpmail_ticket_t *ticket) {
  return ticket->key;
}

const char *mfpmail_ticket_mistake(const mfpmail_ticket_t *ticket) {
  if (ticket->mistake != NULL) return ticket->mistake;
  if (ticket->body != NULL) return "the ticket is being sent already";
  if (ticket->has_message && ticket->part_count > 0) return "a ticket has either files or one message";
  if (ticket->has_message) return NULL;
  if (ticket->part_count == 0) return "the ticket has no file and no message";
  if (ticket->to.count + ticket->cc.count + ticket->bcc.count == 0) return "the ticket has no recipient";
  return NULL;
}
