/* The golden wire vectors: the same files that the daemon's tests read. */
#include "check.h"

#include "scene.h"
#include "ticket-private.h"

#include "json-private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct vector_s {
  cJSON *tree;
  const cJSON *call, *expect;
  mfpmail_buffer_t request, response;
  mfpmail_buffer_t files; /* All octets of the files, one behind the other */
  size_t file_at[MFPMAIL_MAX_FILES + 1];
} vector_t;

static bool read_file(const char *folder, const char *name, const char *file, mfpmail_buffer_t *into) {
  char path[512];
  char octets[4096];
  size_t got;
  (void)snprintf(path, sizeof(path), "%s/%s/%s", folder, name, file);
  mfpmail_buffer_init(into, 4 * 1024 * 1024);
  FILE *stream = fopen(path, "rb");
  if (stream == NULL) return false;
  while ((got = fread(octets, 1, sizeof(octets), stream)) > 0) (void)mfpmail_buffer_add(into, octets, got);
  (void)fclose(stream);
  return true;
}

static void add_base64(mfpmail_buffer_t *into, const char *text) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned bits = 0;
  int count = 0;
  for (; *text != '\0' && *text != '='; text++) {
    bits = bits << 6 | (unsigned)(strchr(digits, *text) - digits);
    if (++count % 4 == 1) continue;
    char octet = (char)(bits >> (6 - 2 * ((count - 1) % 4)) & 0xFF);
    (void)mfpmail_buffer_add(into, &octet, 1);
  }
}

typedef struct reading_s {
  vector_t *vector;
  size_t at, end;
} reading_t;

static ssize_t give(void *data, void *buffer, size_t size) {
  reading_t *reading = data;
  size_t left = reading->end - reading->at;
  size_t piece = left < size ? left : size;
  memcpy(buffer, reading->vector->files.text + reading->at, piece);
  reading->at += piece;
  return (ssize_t)piece;
}

static void add_all(mfpmail_ticket_t *ticket, const cJSON *list, mfpmail_result_t (*add)(mfpmail_ticket_t *, const char *)) {
  for (size_t n = 0; n < mfpmail_json_size(list); n++) CHECK_NUMBER(add(ticket, mfpmail_json_string_at(list, n)), MFPMAIL_OK);
}

/* The call of a vector as a ticket; readings live as long as it. */
static mfpmail_ticket_t *ticket_of(vector_t *vector, reading_t *readings) {
  const cJSON *call = vector->call;
  const cJSON *wish = mfpmail_json_member(call, "ticket");
  const cJSON *files = mfpmail_json_member(call, "files");
  const cJSON *user = mfpmail_json_member(wish, "requestingUser");
  mfpmail_ticket_t *ticket = mfpmail_ticket_create();
  if (ticket == NULL) abort();
  const char *key = mfpmail_json_string(call, "idempotencyKey");
  if (key[0] != '\0') CHECK_NUMBER(mfpmail_ticket_set_key(ticket, key), MFPMAIL_OK);
  if (mfpmail_json_string(call, "boundary")[0] != '\0')
    (void)snprintf(ticket->boundary, sizeof(ticket->boundary), "%s", mfpmail_json_string(call, "boundary"));
  add_all(ticket, mfpmail_json_member(wish, "to"), mfpmail_ticket_add_to);
  add_all(ticket, mfpmail_json_member(wish, "cc"), mfpmail_ticket_add_cc);
  add_all(ticket, mfpmail_json_member(wish, "bcc"), mfpmail_ticket_add_bcc);
  add_all(ticket, mfpmail_json_member(call, "recipients"), mfpmail_ticket_add_to);
  if (mfpmail_json_member(wish, "subject")) (void)mfpmail_ticket_set_subject(ticket, mfpmail_json_string(wish, "subject"));
  if (mfpmail_json_member(wish, "text")) (void)mfpmail_ticket_set_text(ticket, mfpmail_json_string(wish, "text"));
  if (mfpmail_json_member(wish, "fileName")) (void)mfpmail_ticket_set_file_name(ticket, mfpmail_json_string(wish, "fileName"));
  if (mfpmail_json_member(wish, "headerFrom")) (void)mfpmail_ticket_set_header_from(ticket, mfpmail_json_string(wish, "headerFrom"));
  if (user) (void)mfpmail_ticket_set_requesting_user(ticket, mfpmail_json_string(user, "name"), mfpmail_json_string(user, "address"));
  if (mfpmail_json_member(call, "reversePath"))
    (void)mfpmail_ticket_set_reverse_path(ticket, mfpmail_json_string(call, "reversePath"));
  mfpmail_buffer_init(&vector->files, 4 * 1024 * 1024);
  bool is_message = strcmp(mfpmail_json_string(call, "do"), "message") == 0;
  size_t count = is_message ? 1 : mfpmail_json_size(files);
  for (size_t n = 0; n < count && n < MFPMAIL_MAX_FILES; n++) {
    const cJSON *file = is_message ? call : mfpmail_json_at(files, n);
    readings[n].vector = vector;
    readings[n].at = vector->files.length;
    add_base64(&vector->files, mfpmail_json_string(file, "base64"));
    readings[n].end = vector->files.length;
    if (is_message)
      (void)mfpmail_ticket_set_message_callback(ticket, give, NULL, &readings[n]);
    else
      (void)mfpmail_ticket_add_file_callback(ticket, give, NULL, &readings[n], mfpmail_json_string(file, "name"),
                                             mfpmail_json_string(file, "mediaType"));
  }
  return ticket;
}

typedef struct heard_s {
  const cJSON *next; /* Event that must come now */
  int wrong;
} heard_t;

/* Events that no callback exists for are left out by the library. */
static void expect_event(heard_t *heard, const char *name, const char *member, const char *value) {
  static const char *const known[] = {"status", "job", "panel"};
  for (; heard->next != NULL; heard->next = heard->next->next) {
    bool is_known = false;
    for (int n = 0; n < 3; n++) is_known = is_known || strcmp(known[n], mfpmail_json_string(heard->next, "event")) == 0;
    if (is_known) break;
  }
  const cJSON *json = mfpmail_json_member(heard->next, "json");
  CHECK_TEXT(mfpmail_json_string(heard->next, "event"), name);
  CHECK_TEXT(mfpmail_json_string(json, member), value);
  if (heard->next != NULL) heard->next = heard->next->next;
}

static void on_status(mfpmail_client_t *client, const mfpmail_status_t *status, void *data) {
  (void)client;
  expect_event(data, "status", "glance", mfpmail_status_glance(status));
}

static void on_job(mfpmail_client_t *client, const mfpmail_job_t *job, void *data) {
  (void)client;
  expect_event(data, "job", "state", mfpmail_job_state_name(job));
}

static void on_panel(mfpmail_client_t *client, const mfpmail_panel_t *panel, void *data) {
  (void)client;
  expect_event(data, "panel", "screen", mfpmail_panel_screen(panel));
}

static mfpmail_result_t start(mfpmail_client_t *client, const cJSON *call, mfpmail_ticket_t *ticket) {
  const char *act = mfpmail_json_string(call, "do");
  unsigned columns = mfpmail_json_count(call, "columns");
  unsigned rows = mfpmail_json_count(call, "rows");
  const cJSON *accept = mfpmail_json_member(call, "accept");
  const char *codes[20];
  size_t count = 0;
  for (; count < mfpmail_json_size(accept) && count < 20; count++) codes[count] = mfpmail_json_string_at(accept, count);
  if (strcmp(act, "submit") == 0 || strcmp(act, "message") == 0) return mfpmail_client_start_submit(client, ticket, 0);
  if (strcmp(act, "job") == 0) return mfpmail_client_start_get_job(client, mfpmail_json_string(call, "queueId"), 0);
  if (strcmp(act, "cancel") == 0) return mfpmail_client_start_cancel_job(client, mfpmail_json_string(call, "queueId"), 0);
  if (strcmp(act, "job-by-key") == 0) {
    const char *key = mfpmail_json_string(call, "key");
    return mfpmail_client_start_find_job(client, key[0] != '\0' ? key : mfpmail_json_string(call, "idempotencyKey"), 0);
  }
  if (strcmp(act, "status") == 0 || strcmp(act, "raw") == 0) return mfpmail_client_start_get_status(client, 0);
  if (strcmp(act, "sign-in") == 0) return mfpmail_client_start_begin_sign_in(client, 0);
  if (strcmp(act, "sign-in-state") == 0) return mfpmail_client_start_get_sign_in(client, 0);
  if (strcmp(act, "sign-in-cancel") == 0) return mfpmail_client_start_cancel_sign_in(client, 0);
  if (strcmp(act, "sign-in-confirm") == 0) return mfpmail_client_start_confirm_sign_in(client, 0);
  if (strcmp(act, "panel") == 0) return mfpmail_client_start_get_panel(client, columns, rows, 0);
  if (strcmp(act, "events") == 0) return mfpmail_client_start_events(client, columns, rows);
  if (strcmp(act, "panel-key") == 0) {
    static const char *const keys[] = {"ok", "back", "up", "down"};
    for (int key = 0; key < 4; key++)
      if (strcmp(keys[key], mfpmail_json_string(call, "key")) == 0)
        return mfpmail_client_start_press_key(client, (mfpmail_key_t)key, columns, rows, 0);
  }
  if (strcmp(act, "device-address") == 0)
    return mfpmail_client_start_set_device_address(client, mfpmail_json_string(call, "address"), codes, count, 0);
  if (strcmp(act, "smtp-server") == 0)
    return mfpmail_client_start_set_smtp_server(client, mfpmail_json_string(call, "host"), codes, count, 0);
  CHECK(!"a call that this test does not know");
  return MFPMAIL_USAGE;
}

/* Requests in a form that is legal but not ours: with Content-Length, without a key, or of no call. */
static bool is_ours(const vector_t *vector) {
  const char *act = mfpmail_json_string(vector->call, "do");
  bool is_submission = strcmp(act, "submit") == 0 || strcmp(act, "message") == 0;
  if (strcmp(act, "raw") == 0) return false;
  return !is_submission || strstr(mfpmail_buffer_text(&vector->request), "\r\nTransfer-Encoding: chunked\r\n") != NULL;
}

static mfpmail_result_t meaning(const vector_t *vector) {
  const char *means = mfpmail_json_string(vector->expect, "means");
  const char *act = mfpmail_json_string(vector->call, "do");
  if (strcmp(act, "events") == 0) return MFPMAIL_TEMPORARY; /* however it ends: start it again */
  if (strcmp(means, "done") == 0 || strcmp(means, "repeated") == 0) return MFPMAIL_OK;
  if (strcmp(means, "refused") == 0) return MFPMAIL_REFUSED;
  if (strcmp(means, "later") == 0) return MFPMAIL_TEMPORARY;
  CHECK_TEXT(means, "unknown");
  return mfpmail_buffer_text(&vector->request)[0] == 'G' ? MFPMAIL_TEMPORARY : MFPMAIL_UNKNOWN;
}

static void play(vector_t *vector, size_t piece) {
  static reading_t readings[MFPMAIL_MAX_FILES];
  heard_t heard = {NULL, 0};
  const cJSON *events = mfpmail_json_member(vector->expect, "events");
  if (events != NULL) heard.next = events->child;
  const mfpmail_callbacks_t callbacks = {sizeof(callbacks), &heard, NULL, NULL, on_status, on_job, on_panel};
  scene_t scene;
  scene_open(&scene, &callbacks);
  CHECK_NUMBER(mfpmail_client_set_person(scene.client, mfpmail_json_string(vector->call, "by")), MFPMAIL_OK);
  CHECK_NUMBER(mfpmail_client_set_language(scene.client, mfpmail_json_string(vector->call, "language")), MFPMAIL_OK);
  mfpmail_ticket_t *ticket = ticket_of(vector, readings);
  CHECK_NUMBER(start(scene.client, vector->call, ticket), MFPMAIL_RUNNING);
  const char *act = mfpmail_json_string(vector->call, "do");
  bool is_submission = strcmp(act, "submit") == 0 || strcmp(act, "message") == 0;
  if (is_ours(vector)) {
    CHECK_NUMBER(scene_hear(&scene, is_submission ? "\r\n0\r\n\r\n" : mfpmail_buffer_text(&vector->request)),
                 MFPMAIL_RUNNING);
    CHECK(scene.heard.length == vector->request.length &&
          memcmp(scene.heard.text, vector->request.text, vector->request.length) == 0);
  } else {
    CHECK_NUMBER(scene_hear(&scene, is_submission ? "0\r\n\r\n" : "\r\n\r\n"), MFPMAIL_RUNNING);
  }
  mfpmail_result_t result = scene_say(&scene, mfpmail_buffer_text(&vector->response), vector->response.length, piece);
  scene_hang_up(&scene);
  if (result == MFPMAIL_RUNNING) result = scene_end(&scene);
  CHECK_NUMBER(result, meaning(vector));
  const char *code = mfpmail_json_string(vector->expect, "code");
  if (code[0] != '\0') CHECK_TEXT(mfpmail_client_code(scene.client), code);
  const char *message = mfpmail_json_string(vector->expect, "message");
  if (message[0] != '\0') CHECK_TEXT(mfpmail_client_sentence(scene.client), message);
  mfpmail_job_t *job = mfpmail_client_take_job(scene.client);
  if (is_submission && result == MFPMAIL_OK && CHECK(job != NULL)) {
    CHECK(mfpmail_job_is_repeat(job) == (strcmp(mfpmail_json_string(vector->expect, "means"), "repeated") == 0));
    CHECK_TEXT(mfpmail_job_id(job), mfpmail_json_string(mfpmail_json_member(vector->expect, "json"), "queueId"));
  }
  mfpmail_job_delete(job);
  if (events != NULL) {
    expect_event(&heard, "", "", ""); /* nothing is left but what we do not know */
    CHECK(heard.next == NULL);
  }
  mfpmail_ticket_delete(ticket);
  mfpmail_buffer_free(&vector->files);
  scene_close(&scene);
}

void test_vectors(const char *folder) {
  DIR *dir = opendir(folder);
  struct dirent *entry;
  int count = 0;
  if (!CHECK(dir != NULL)) return;
  while ((entry = readdir(dir)) != NULL) {
    vector_t vector;
    mfpmail_buffer_t json;
    memset(&vector, 0, sizeof(vector));
    if (entry->d_name[0] == '.' || !read_file(folder, entry->d_name, "vector.json", &json)) continue;
    check_about(entry->d_name);
    vector.tree = cJSON_Parse(mfpmail_buffer_text(&json));
    vector.call = mfpmail_json_member(vector.tree, "call");
    vector.expect = mfpmail_json_member(vector.tree, "expect");
    if (CHECK(vector.call != NULL) && CHECK(read_file(folder, entry->d_name, "request.http", &vector.request)) &&
        CHECK(read_file(folder, entry->d_name, "response.http", &vector.response))) {
      play(&vector, 100000);
      play(&vector, 1);
      count++;
    }
    mfpmail_buffer_free(&vector.request);
    mfpmail_buffer_free(&vector.response);
    mfpmail_buffer_free(&json);
    cJSON_Delete(vector.tree);
  }
  (void)closedir(dir);
  CHECK(count > 20);
}
