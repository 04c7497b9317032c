/* Octets to the agent and back, never waiting. */
#include "client-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Pieces in one step: a fast agent must not keep the caller's loop from its other work. */
#define MOST_PIECES 16

static bool end_unconnected(mfpmail_client_t *client, int reason) {
  if (reason == EACCES || reason == EPERM)
    (void)mfpmail_outcome_set(client, MFPMAIL_REFUSED, "no-permission",
                              "This program may not talk to the mail agent; run it in the group mfpmail.");
  else
    (void)mfpmail_outcome_set(client, MFPMAIL_TEMPORARY, "daemon-not-running",
                              "The mail agent is not running; try again in a moment.");
  return false;
}

static bool make_socket(mfpmail_client_t *client) {
  client->fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (client->fd < 0) return false;
  int flags = fcntl(client->fd, F_GETFL);
  return flags >= 0 && fcntl(client->fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
         fcntl(client->fd, F_SETFD, FD_CLOEXEC) == 0;
}

static bool end_connecting(mfpmail_client_t *client) {
  int reason = 0;
  socklen_t size = sizeof(reason);
  if (getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &reason, &size) != 0) reason = errno;
  if (reason != 0) return end_unconnected(client, reason);
  client->phase = MFPMAIL_PHASE_EXCHANGING;
  return true;
}

bool mfpmail_connection_open(mfpmail_client_t *client) {
  if (client->fd >= 0) return end_connecting(client);
  if (!make_socket(client)) {
    (void)mfpmail_outcome_set(client, MFPMAIL_TEMPORARY, "no-memory", "The system has no room for a connection.");
    return false;
  }
  if (connect(client->fd, (const struct sockaddr *)&client->address, sizeof(client->address)) == 0) {
    client->phase = MFPMAIL_PHASE_EXCHANGING;
    return true;
  }
  int reason = errno;
  if (reason == EINPROGRESS || reason == EINTR) return true;
  (void)close(client->fd);
  client->fd = -1;
  /* Linux: the queue of callers is full. There is nothing to poll for; the next step tries again. */
  return reason == EAGAIN ? true : end_unconnected(client, reason);
}

/* Makes the next chunk of the body. O: 1 made, 0 nothing at the moment, -1 the call has ended by it. */
static int fill(mfpmail_client_t *client) {
  char size_line[12];
  const size_t room = 10; /* "4000\r\n", right-aligned */
  if (client->is_body_over) {
    client->is_sent = true;
    return 0;
  }
  ssize_t got = mfpmail_body_read(&client->body, client->out + room, MFPMAIL_PIECE);
  client->is_source_waiting = got == MFPMAIL_READ_AGAIN;
  if (client->is_source_waiting) return 0;
  if (got < 0) {
    (void)mfpmail_outcome_set(client, MFPMAIL_USAGE, "source-failed",
                              "A file could not be read whole; nothing was sent.");
    return -1;
  }
  /* Once its last boundary is out the agent may know enough, before the last chunk came. */
  if (client->body.is_ending) client->may_be_done = true;
  int length = snprintf(size_line, sizeof(size_line), "%zx\r\n", (size_t)got);
  client->out_at = room - (size_t)length;
  memcpy(client->out + client->out_at, size_line, (size_t)length);
  memcpy(client->out + room + got, "\r\n", 2);
  client->out_end = room + (size_t)got + 2;
  client->body_octets += (uint64_t)got;
  client->is_body_over = got == 0;
  return 1;
}

/* Sends from text. O: octets, 0 if the socket is full, -1 if sending is over. */
static ssize_t send_some(mfpmail_client_t *client, const char *octets, size_t size) {
  ssize_t sent;
  do sent = send(client->fd, octets, size, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) return sent;
  if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
  /* The agent closed its side; the answer that says why may still lie in our socket (413, 503). */
  client->is_sent = true;
  return -1;
}

static void tell_progress(mfpmail_client_t *client) {
  if (client->callbacks.progress == NULL || !client->is_submission) return;
  client->is_in_callback = true;
  client->callbacks.progress(client, client->body_octets, client->callbacks.data);
  client->is_in_callback = false;
}

bool mfpmail_connection_send(mfpmail_client_t *client) {
  for (int n = 0; n < MOST_PIECES && !client->is_sent; n++) {
    ssize_t sent;
    if (client->head_at < client->head.length) {
      /* Without a body to come this is the whole request. */
      if (!client->has_body) client->may_be_done = true;
      sent = send_some(client, client->head.text + client->head_at, client->head.length - client->head_at);
      if (sent <= 0) return true;
      client->head_at += (size_t)sent;
      if (client->head_at == client->head.length && !client->has_body) client->is_sent = true;
      continue;
    }
    if (client->out_at == client->out_end) {
      int made = fill(client);
      if (made < 0) return false;
      if (made == 0) return true;
    }
    sent = send_some(client, client->out + client->out_at, client->out_end - client->out_at);
    if (sent <= 0) return true;
    client->out_at += (size_t)sent;
    if (client->out_at == client->out_end) tell_progress(client);
  }
  return true;
}

static bool take_body(void *data, const char *octets, size_t size) {
  mfpmail_client_t *client = data;
  if (client->answer == MFPMAIL_ANSWER_EVENTS && client->reply.status == 200 && client->reply.is_event_stream)
    return mfpmail_event_parser_feed(&client->events, octets, size, mfpmail_outcome_event, client);
  return mfpmail_buffer_add(&client->reply_body, octets, size);
}

bool mfpmail_connection_receive(mfpmail_client_t *client) {
  char octets[4096];
  for (int n = 0; n < MOST_PIECES; n++) {
    ssize_t got;
    do got = recv(client->fd, octets, sizeof(octets), 0);
    while (got < 0 && errno == EINTR);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (got <= 0) {
      (void)mfpmail_outcome_lost(client, "connection-lost", "The mail agent ended the connection; try again.");
      return false;
    }
    if (client->answer == MFPMAIL_ANSWER_EVENTS) client->deadline_ms = mfpmail_now_ms() + MFPMAIL_SILENCE_MS;
    switch (mfpmail_http_reply_feed(&client->reply, octets, (size_t)got, take_body, client)) {
    case MFPMAIL_PARSE_MORE:
      continue;
    case MFPMAIL_PARSE_DONE:
      (void)mfpmail_outcome_from_reply(client);
      return false;
    case MFPMAIL_PARSE_BAD:
      (void)mfpmail_outcome_lost(client, "reply-invalid", "The mail agent's answer could not be understood.");
      return false;
    }
  }
  return true;
}
