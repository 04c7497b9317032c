#include "ticket-private.h"

#include <cJSON.h>
#include <stdlib.h>

static bool add_addresses(cJSON *ticket, const char *name, const mfpmail_addresses_t *addresses) {
  if (addresses->count == 0) return true;
  cJSON *list = cJSON_AddArrayToObject(ticket, name);
  if (list == NULL) return false;
  for (size_t n = 0; n < addresses->count; n++) {
    cJSON *one = cJSON_CreateString(addresses->list[n]);
    if (one == NULL) return false;
    cJSON_AddItemToArray(list, one);
  }
  return true;
}

static bool add_string(cJSON *object, const char *name, const char *string) {
  return string == NULL || cJSON_AddStringToObject(object, name, string) != NULL;
}

static bool add_user(cJSON *object, const mfpmail_ticket_t *ticket) {
  if (ticket->user_name == NULL && ticket->user_address == NULL) return true;
  cJSON *user = cJSON_AddObjectToObject(object, "requestingUser");
  return user != NULL && add_string(user, "name", ticket->user_name) && add_string(user, "address", ticket->user_address);
}

bool mfpmail_ticket_write_json(const mfpmail_ticket_t *ticket, mfpmail_buffer_t *buffer) {
  cJSON *object = cJSON_CreateObject();
  bool is_ok = object != NULL && add_addresses(object, "to", &ticket->to) && add_addresses(object, "cc", &ticket->cc) &&
               add_addresses(object, "bcc", &ticket->bcc) && add_string(object, "subject", ticket->subject) &&
               add_string(object, "text", ticket->text) && add_string(object, "fileName", ticket->file_name) &&
               add_string(object, "headerFrom", ticket->header_from) && add_user(object, ticket);
  char *text = is_ok ? cJSON_PrintUnformatted(object) : NULL;
  is_ok = text != NULL && mfpmail_buffer_add_string(buffer, text);
  cJSON_free(text);
  cJSON_Delete(object);
  return is_ok;
}
