/* The requests: what each call says to the agent. */
#include "client-private.h"

#include "text-private.h"

#include <stdlib.h>
#include <string.h>

mfpmail_result_t mfpmail_request_mistake(mfpmail_client_t *client, const char *sentence) {
  /* A call that runs keeps what it has. */
  if (client->phase != MFPMAIL_PHASE_IDLE) return MFPMAIL_USAGE;
  mfpmail_outcome_clear(client);
  return mfpmail_outcome_set(client, MFPMAIL_USAGE, "usage", sentence);
}

/* Begins the request line; the target is added to client->head. O: false if the client is busy. */
static bool begin(mfpmail_client_t *client, mfpmail_answer_t answer, const char *method, const char *path) {
  if (client->phase != MFPMAIL_PHASE_IDLE || client->is_in_callback) return false;
  mfpmail_outcome_clear(client);
  mfpmail_buffer_clear(&client->head);
  client->answer = answer;
  client->has_side_effect = strcmp(method, "GET") != 0;
  client->is_submission = false;
  client->has_body = false;
  (void)mfpmail_buffer_printf(&client->head, "%s %s", method, path); /* has_failed is looked at when it is whole */
  return true;
}

static mfpmail_result_t busy(mfpmail_client_t *client) {
  return mfpmail_request_mistake(client, "this client is busy with another call");
}

/* Language and header fields, in the order of the wire vectors. query: the target has one already. */
static void add_fields(mfpmail_client_t *client, bool has_query, const char *key) {
  mfpmail_buffer_t *head = &client->head;
  if (client->language[0] != '\0')
    (void)mfpmail_buffer_printf(head, "%clanguage=%s", has_query ? '&' : '?', client->language);
  (void)mfpmail_buffer_add_string(head, " HTTP/1.1\r\nHost: mfp-mail-agent\r\n");
  if (client->person[0] != '\0') (void)mfpmail_buffer_printf(head, "X-Mfp-By: %s\r\n", client->person);
  if (key != NULL) (void)mfpmail_buffer_printf(head, "Idempotency-Key: %s\r\n", key);
}

static mfpmail_result_t go(mfpmail_client_t *client, int timeout_ms) {
  if (client->head.has_failed) {
    mfpmail_client_end(client);
    return mfpmail_request_mistake(client, "the request is too long, or no memory is left");
  }
  int default_ms = client->answer == MFPMAIL_ANSWER_EVENTS ? MFPMAIL_SILENCE_MS
                   : client->is_submission                 ? MFPMAIL_SUBMIT_MS
                                                           : MFPMAIL_CALL_MS;
  client->deadline_ms = mfpmail_now_ms() + (timeout_ms > 0 ? timeout_ms : default_ms);
  client->may_be_done = false;
  client->is_sent = false;
  client->is_source_waiting = false;
  client->is_body_over = false;
  client->head_at = 0;
  client->out_at = 0;
  client->out_end = 0;
  client->body_octets = 0;
  mfpmail_http_reply_init(&client->reply);
  mfpmail_event_parser_init(&client->events);
  client->phase = MFPMAIL_PHASE_CONNECTING;
  return MFPMAIL_RUNNING;
}

/* A request without a body. */
static mfpmail_result_t plain(mfpmail_client_t *client, bool has_query, bool is_post, int timeout_ms) {
  add_fields(client, has_query, NULL);
  (void)mfpmail_buffer_add_string(&client->head, is_post ? "Content-Length: 0\r\n\r\n" : "\r\n");
  return go(client, timeout_ms);
}

/* A request with a JSON body; takes it. NULL: no memory. */
static mfpmail_result_t with_json(mfpmail_client_t *client, cJSON *body, int timeout_ms) {
  char *text = body == NULL ? NULL : cJSON_PrintUnformatted(body);
  cJSON_Delete(body);
  add_fields(client, false, NULL);
  if (text == NULL) {
    client->head.has_failed = true;
  } else {
    (void)mfpmail_buffer_printf(&client->head, "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                                strlen(text));
    (void)mfpmail_buffer_add_string(&client->head, text);
  }
  cJSON_free(text);
  return go(client, timeout_ms);
}

static mfpmail_result_t of_job(
    mfpmail_client_t *client, const char *method, const char *path, const char *id, int timeout_ms) {
  if (!mfpmail_text_is_key(id)) return mfpmail_request_mistake(client, "a job id or key is 1 to 64 of A-Z a-z 0-9 . _ -");
  if (!begin(client, MFPMAIL_ANSWER_JOB, method, path)) return busy(client);
  (void)mfpmail_buffer_add_encoded(&client->head, id);
  return plain(client, false, false, timeout_ms);
}

mfpmail_result_t mfpmail_client_start_get_job(mfpmail_client_t *client, const char *id, int timeout_ms) {
  return of_job(client, "GET", "/v1/jobs/", id, timeout_ms);
}

mfpmail_result_t mfpmail_client_start_find_job(mfpmail_client_t *client, const char *key, int timeout_ms) {
  return of_job(client, "GET", "/v1/jobs/by-key/", key, timeout_ms);
}

mfpmail_result_t mfpmail_client_start_cancel_job(mfpmail_client_t *client, const char *id, int timeout_ms) {
  return of_job(client, "DELETE", "/v1/jobs/", id, timeout_ms);
}

mfpmail_result_t mfpmail_client_start_get_status(mfpmail_client_t *client, int timeout_ms) {
  if (!begin(client, MFPMAIL_ANSWER_STATUS, "GET", "/v1/status")) return busy(client);
  return plain(client, false, false, timeout_ms);
}

static bool is_display(unsigned columns, unsigned rows) {
  return columns >= 20 && columns <= 40 && rows >= 2 && rows <= 4;
}

mfpmail_result_t mfpmail_client_start_get_panel(
    mfpmail_client_t *client, unsigned columns, unsigned rows, int timeout_ms) {
  if (!is_display(columns, rows)) return mfpmail_request_mistake(client, "a display has 20 to 40 columns, 2 to 4 rows");
  if (!begin(client, MFPMAIL_ANSWER_PANEL, "GET", "/v1/panel")) return busy(client);
  (void)mfpmail_buffer_printf(&client->head, "?columns=%u&rows=%u", columns, rows);
  return plain(client, true, false, timeout_ms);
}

mfpmail_result_t mfpmail_client_start_press_key(
    mfpmail_client_t *client, mfpmail_key_t key, unsigned columns, unsigned rows, int timeout_ms) {
  static const char *const words[] = {"ok", "back", "up", "down"};
  if (!is_display(columns, rows)) return mfpmail_request_mistake(client, "a display has 20 to 40 columns, 2 to 4 rows");
  if ((unsigned)key >= sizeof(words) / sizeof(words[0])) return mfpmail_request_mistake(client, "there is no such key");
  if (!begin(client, MFPMAIL_ANSWER_PANEL, "POST", "/v1/panel/keys")) return busy(client);
  cJSON *body = cJSON_CreateObject();
  bool is_ok = body != NULL && cJSON_AddStringToObject(body, "key", words[key]) != NULL &&
               cJSON_AddNumberToObject(body, "columns", columns) != NULL &&
               cJSON_AddNumberToObject(body, "rows", rows) != NULL;
  client->head.has_failed = client->head.has_failed || !is_ok;
  return with_json(client, body, timeout_ms);
}

mfpmail_result_t mfpmail_client_start_get_sign_in(mfpmail_client_t *client, int timeout_ms) {
  if (!begin(client, MFPMAIL_ANSWER_SIGN_IN, "GET", "/v1/sign-in")) return busy(client);
  return plain(client, false, false, timeout_ms);
}

static mfpmail_result_t of_sign_in(mfpmail_client_t *client, const char *path, int timeout_ms) {
  if (!begin(client, MFPMAIL_ANSWER_SIGN_IN, "POST", path)) return busy(client);
  return plain(client, false, true, timeout_ms);
}

mfpmail_result_t mfpmail_client_start_begin_sign_in(mfpmail_client_t *client, int timeout_ms) {
  return of_sign_in(client, "/v1/sign-in", timeout_ms);
}

mfpmail_result_t mfpmail_client_start_cancel_sign_in(mfpmail_client_t *client, int timeout_ms) {
  return of_sign_in(client, "/v1/sign-in/cancel", timeout_ms);
}

mfpmail_result_t mfpmail_client_start_confirm_sign_in(mfpmail_client_t *client, int timeout_ms) {
  return of_sign_in(client, "/v1/sign-in/confirm", timeout_ms);
}

static mfpmail_result_t change(
    mfpmail_client_t *client, const char *path, const char *name, const char *value, const char *const *accept,
    size_t accept_count, int timeout_ms) {
  if (!mfpmail_text_is_line(value, MFPMAIL_MAX_STRING) || accept_count > 20)
    return mfpmail_request_mistake(client, "the value is empty, too long, or has control characters");
  if (!begin(client, MFPMAIL_ANSWER_PLAN, "PUT", path)) return busy(client);
  cJSON *body = cJSON_CreateObject();
  bool is_ok = body != NULL && cJSON_AddStringToObject(body, name, value) != NULL;
  cJSON *list = is_ok ? cJSON_AddArrayToObject(body, "accept") : NULL;
  is_ok = list != NULL;
  for (size_t n = 0; n < accept_count && is_ok; n++) {
    cJSON *code = mfpmail_text_is_line(accept[n], 80) ? cJSON_CreateString(accept[n]) : NULL;
    is_ok = code != NULL;
    if (is_ok) cJSON_AddItemToArray(list, code);
  }
  client->head.has_failed = client->head.has_failed || !is_ok;
  return with_json(client, body, timeout_ms);
}

mfpmail_result_t mfpmail_client_start_set_device_address(
    mfpmail_client_t *client, const char *address, const char *const *accept, size_t accept_count, int timeout_ms) {
  return change(client, "/v1/device/email-address", "address", address, accept, accept_count, timeout_ms);
}

mfpmail_result_t mfpmail_client_start_set_smtp_server(
    mfpmail_client_t *client, const char *host, const char *const *accept, size_t accept_count, int timeout_ms) {
  return change(client, "/v1/device/smtp-server", "host", host, accept, accept_count, timeout_ms);
}

mfpmail_result_t mfpmail_client_start_events(mfpmail_client_t *client, unsigned columns, unsigned rows) {
  bool has_panel = columns != 0 || rows != 0;
  if (has_panel && !is_display(columns, rows))
    return mfpmail_request_mistake(client, "a display has 20 to 40 columns, 2 to 4 rows");
  if (!begin(client, MFPMAIL_ANSWER_EVENTS, "GET", "/v1/events")) return busy(client);
  if (has_panel) (void)mfpmail_buffer_printf(&client->head, "?panel=%ux%u", columns, rows);
  return plain(client, has_panel, false, 0);
}

/* reversePath and to of a complete message. O: false if there is neither. */
static bool add_envelope(mfpmail_client_t *client, const mfpmail_ticket_t *ticket) {
  const mfpmail_addresses_t *const all[] = {&ticket->to, &ticket->cc, &ticket->bcc};
  bool has_query = false;
  if (ticket->reverse_path != NULL) {
    (void)mfpmail_buffer_add_string(&client->head, "?reversePath=");
    (void)mfpmail_buffer_add_encoded(&client->head, ticket->reverse_path);
    has_query = true;
  }
  for (size_t kind = 0; kind < 3; kind++) {
    for (size_t n = 0; n < all[kind]->count; n++) {
      (void)mfpmail_buffer_add_string(&client->head, has_query ? "&to=" : "?to=");
      (void)mfpmail_buffer_add_encoded(&client->head, all[kind]->list[n]);
      has_query = true;
    }
  }
  return has_query;
}

mfpmail_result_t mfpmail_client_start_submit(mfpmail_client_t *client, mfpmail_ticket_t *ticket, int timeout_ms) {
  const char *mistake = mfpmail_ticket_mistake(ticket);
  if (mistake != NULL) return mfpmail_request_mistake(client, mistake);
  if (!begin(client, MFPMAIL_ANSWER_JOB, "POST", ticket->has_message ? "/v1/messages" : "/v1/jobs"))
    return busy(client);
  bool has_query = ticket->has_message && add_envelope(client, ticket);
  add_fields(client, has_query, ticket->key);
  if (ticket->has_message)
    (void)mfpmail_buffer_add_string(&client->head, "Content-Type: message/rfc822\r\n");
  else
    (void)mfpmail_buffer_printf(&client->head, "Content-Type: multipart/form-data; boundary=%s\r\n", ticket->boundary);
  (void)mfpmail_buffer_add_string(&client->head, "Transfer-Encoding: chunked\r\n\r\n");
  client->is_submission = true;
  client->has_body = true;
  client->out = malloc(MFPMAIL_OUT_SIZE);
  bool is_whole = mfpmail_body_begin(&client->body, ticket);
  client->head.has_failed = client->head.has_failed || client->out == NULL;
  if (is_whole) return go(client, timeout_ms);
  mfpmail_client_end(client);
  (void)mfpmail_request_mistake(client, "");
  return mfpmail_outcome_set(client, MFPMAIL_USAGE, "source-spent", "The data was read already and cannot be read again.");
}
