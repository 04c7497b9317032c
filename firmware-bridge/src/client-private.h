/* The client: one call at a time over one connection of its own. */
#ifndef MFPMAIL_CLIENT_PRIVATE_H
#define MFPMAIL_CLIENT_PRIVATE_H

#include "answer-private.h"
#include "body-private.h"
#include "event-parser-private.h"
#include "http-reply-private.h"

#include <sys/socket.h>
#include <sys/un.h>

#define MFPMAIL_LARGEST_REPLY (1024 * 1024) /* a job with a 256 KiB header block, escaped */
#define MFPMAIL_LARGEST_REQUEST (12 * 1024) /* the agent takes a head of 16 KiB */
#define MFPMAIL_PIECE 16384                 /* octets of a body in one chunk */
#define MFPMAIL_OUT_SIZE (MFPMAIL_PIECE + 16)
#define MFPMAIL_CALL_MS 30000
#define MFPMAIL_SUBMIT_MS 600000
#define MFPMAIL_SILENCE_MS 45000 /* the agent sends a ping every 15 s */
#define MFPMAIL_AGAIN_MS 20      /* between two looks at what cannot be polled */

/* What the answer of the call must be. */
typedef enum mfpmail_answer_e {
  MFPMAIL_ANSWER_JOB,
  MFPMAIL_ANSWER_STATUS,
  MFPMAIL_ANSWER_PANEL,
  MFPMAIL_ANSWER_SIGN_IN,
  MFPMAIL_ANSWER_PLAN,
  MFPMAIL_ANSWER_EVENTS
} mfpmail_answer_t;

struct mfpmail_client_s {
  struct sockaddr_un address;
  mfpmail_callbacks_t callbacks;
  char language[16];
  char person[64];

  /* The call that runs */
  enum { MFPMAIL_PHASE_IDLE, MFPMAIL_PHASE_CONNECTING, MFPMAIL_PHASE_EXCHANGING } phase;
  mfpmail_answer_t answer;
  bool has_side_effect; /* If the answer is lost it may have been done */
  bool is_submission;
  bool may_be_done;     /* The agent may have the whole request */
  bool is_sent;         /* All of the request, or sending has failed for good */
  bool is_source_waiting; /* The source of the body has nothing at the moment */
  bool is_in_callback;
  int64_t deadline_ms;  /* Monotonic; of events: of the next sign of life */
  int fd;               /* -1: none */
  mfpmail_buffer_t head;  /* Of the request; with a JSON body behind it */
  size_t head_at;         /* Sent of it */
  mfpmail_body_t body;
  bool has_body;
  bool is_body_over;
  char *out;              /* A chunk of the body on its way */
  size_t out_at, out_end;
  uint64_t body_octets;   /* Handed to the agent */
  mfpmail_http_reply_t reply;
  mfpmail_buffer_t reply_body;
  mfpmail_event_parser_t events;

  /* What came of the last call */
  mfpmail_result_t result;
  char code[64];
  mfpmail_buffer_t sentence;
  unsigned retry_after_s;
  cJSON *consequences;   /* {"codes": [...], "messages": [...]}; NULL if there are none */
  mfpmail_job_t *job;
  mfpmail_status_t *status;
  mfpmail_panel_t *panel;
  mfpmail_sign_in_t *sign_in;
};

/* O: milliseconds of a clock that nobody sets. */
int64_t mfpmail_now_ms(void);

/* connection.c */

/* Opens the socket without waiting. O: false if the call has ended by it. */
bool mfpmail_connection_open(mfpmail_client_t *client);
/* Sends what can be sent. O: false if the call has ended by it. */
bool mfpmail_connection_send(mfpmail_client_t *client);
/* Reads what has come. O: false if the call has ended by it. */
bool mfpmail_connection_receive(mfpmail_client_t *client);

/* outcome.c */

/* Forgets what came of the last call. */
void mfpmail_outcome_clear(mfpmail_client_t *client);
/* Ends the call with a code and sentence of the library's own. O: result. */
mfpmail_result_t mfpmail_outcome_set(
    mfpmail_client_t *client, mfpmail_result_t result, const char *code, const char *sentence);
/* The connection is gone, or what came over it is no answer. */
mfpmail_result_t mfpmail_outcome_lost(mfpmail_client_t *client, const char *code, const char *sentence);
/* The whole response was read. */
mfpmail_result_t mfpmail_outcome_from_reply(mfpmail_client_t *client);
/* One event of the stream. */
void mfpmail_outcome_event(void *client, const char *name, const char *data, size_t size);

/* client.c */

/* Closes the socket and forgets the request. */
void mfpmail_client_end(mfpmail_client_t *client);

/* request.c */

/* A mistake of the caller's in a start function. O: MFPMAIL_USAGE. */
mfpmail_result_t mfpmail_request_mistake(mfpmail_client_t *client, const char *sentence);

#endif
