/* The client's life, and its place in the caller's loop. */
#include "client-private.h"

#include "text-private.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int64_t mfpmail_now_ms(void) {
  struct timespec now = {0, 0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail with this clock */
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

mfpmail_client_t *mfpmail_client_create(const char *socket_path, const mfpmail_callbacks_t *callbacks) {
  const char *path = socket_path != NULL ? socket_path : getenv("MFPMAIL_SOCKET");
  if (path == NULL || path[0] == '\0') path = MFPMAIL_DEFAULT_SOCKET;
  mfpmail_client_t *client = calloc(1, sizeof(*client));
  if (client == NULL) return NULL;
  if (strlen(path) >= sizeof(client->address.sun_path)) {
    free(client);
    return NULL;
  }
  client->address.sun_family = AF_UNIX;
  memcpy(client->address.sun_path, path, strlen(path) + 1);
  if (callbacks != NULL) {
    size_t known = callbacks->size < sizeof(client->callbacks) ? callbacks->size : sizeof(client->callbacks);
    memcpy(&client->callbacks, callbacks, known);
  }
  client->fd = -1;
  mfpmail_buffer_init(&client->head, MFPMAIL_LARGEST_REQUEST);
  mfpmail_buffer_init(&client->reply_body, MFPMAIL_LARGEST_REPLY);
  mfpmail_buffer_init(&client->sentence, 4096);
  mfpmail_event_parser_init(&client->events);
  return client;
}

void mfpmail_client_end(mfpmail_client_t *client) {
  if (client->fd >= 0) (void)close(client->fd);
  client->fd = -1;
  if (client->has_body) mfpmail_body_free(&client->body);
  client->has_body = false;
  free(client->out);
  client->out = NULL;
  mfpmail_buffer_free(&client->head);
  mfpmail_buffer_free(&client->reply_body);
  mfpmail_event_parser_free(&client->events);
  client->phase = MFPMAIL_PHASE_IDLE;
}

void mfpmail_client_delete(mfpmail_client_t *client) {
  if (client == NULL) return;
  mfpmail_client_end(client);
  mfpmail_outcome_clear(client);
  mfpmail_buffer_free(&client->sentence);
  free(client);
}

mfpmail_result_t mfpmail_client_set_language(mfpmail_client_t *client, const char *language) {
  if (strlen(language) >= sizeof(client->language) || strspn(language, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                                       "abcdefghijklmnopqrstuvwxyz-") != strlen(language))
    return mfpmail_request_mistake(client, "a language is en, zh-CN, zh-TW or ja");
  memcpy(client->language, language, strlen(language) + 1);
  return MFPMAIL_OK;
}

mfpmail_result_t mfpmail_client_set_person(mfpmail_client_t *client, const char *name) {
  if (name[0] != '\0' && !mfpmail_text_is_ascii_line(name, sizeof(client->person) - 1))
    return mfpmail_request_mistake(client, "a person's name is at most 63 printable ASCII characters");
  memcpy(client->person, name, strlen(name) + 1);
  return MFPMAIL_OK;
}

int mfpmail_client_fd(const mfpmail_client_t *client) {
  return client->phase == MFPMAIL_PHASE_IDLE ? -1 : client->fd;
}

unsigned mfpmail_client_wants(const mfpmail_client_t *client) {
  if (client->phase == MFPMAIL_PHASE_IDLE || client->fd < 0) return 0;
  if (client->phase == MFPMAIL_PHASE_CONNECTING) return MFPMAIL_WANTS_WRITE;
  bool has_more = !client->is_sent && !client->is_source_waiting;
  return MFPMAIL_WANTS_READ | (has_more ? MFPMAIL_WANTS_WRITE : 0);
}

int mfpmail_client_wait_ms(const mfpmail_client_t *client) {
  if (client->phase == MFPMAIL_PHASE_IDLE) return -1;
  int64_t left = client->deadline_ms - mfpmail_now_ms();
  bool cannot_be_polled = client->fd < 0 || (!client->is_sent && client->is_source_waiting);
  if (cannot_be_polled && left > MFPMAIL_AGAIN_MS) left = MFPMAIL_AGAIN_MS;
  return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

mfpmail_result_t mfpmail_client_step(mfpmail_client_t *client) {
  if (client->is_in_callback) return MFPMAIL_USAGE;
  if (client->phase == MFPMAIL_PHASE_IDLE) return client->result;
  bool goes_on = client->phase != MFPMAIL_PHASE_CONNECTING || mfpmail_connection_open(client);
  if (goes_on && client->phase == MFPMAIL_PHASE_EXCHANGING)
    goes_on = mfpmail_connection_send(client) && mfpmail_connection_receive(client);
  if (goes_on && mfpmail_now_ms() >= client->deadline_ms) {
    (void)mfpmail_outcome_lost(client, "timeout", "The mail agent did not answer in time; try again.");
    goes_on = false;
  }
  if (goes_on) return MFPMAIL_RUNNING;
  mfpmail_result_t result = client->result;
  mfpmail_client_end(client);
  if (client->callbacks.done != NULL) client->callbacks.done(client, result, client->callbacks.data);
  return result; /* also if "done" has started another call: this one has ended */
}

static void wait_for(const mfpmail_client_t *client, int wait_ms) {
  struct pollfd waiting[2] = {{.fd = mfpmail_client_fd(client), .events = 0, .revents = 0},
                              {.fd = -1, .events = POLLIN, .revents = 0}};
  unsigned wants = mfpmail_client_wants(client);
  waiting[0].events = (short)(((wants & MFPMAIL_WANTS_READ) != 0 ? POLLIN : 0) |
                              ((wants & MFPMAIL_WANTS_WRITE) != 0 ? POLLOUT : 0));
  if (client->has_body && client->is_source_waiting) waiting[1].fd = mfpmail_body_wait_fd(&client->body);
  /* An interruption by a signal is a short wait. */
  (void)poll(waiting, 2, wait_ms);
}

mfpmail_result_t mfpmail_client_run(mfpmail_client_t *client, int wait_ms) {
  int64_t end_ms = mfpmail_now_ms() + wait_ms;
  for (;;) {
    mfpmail_result_t result = mfpmail_client_step(client);
    if (result != MFPMAIL_RUNNING) return result;
    int64_t left_ms = end_ms - mfpmail_now_ms();
    if (left_ms <= 0) return MFPMAIL_RUNNING;
    int next_ms = mfpmail_client_wait_ms(client);
    wait_for(client, left_ms < next_ms ? (int)left_ms : next_ms);
  }
}

mfpmail_result_t mfpmail_client_abort(mfpmail_client_t *client) {
  /* A "cancel" key that is looked at in "progress": what is being sent right now must not be freed under it. */
  if (client->is_in_callback) return MFPMAIL_USAGE;
  if (client->phase == MFPMAIL_PHASE_IDLE) return client->result;
  mfpmail_result_t result = mfpmail_outcome_lost(client, "aborted", "Given up before the mail agent answered.");
  mfpmail_client_end(client);
  return result;
}
