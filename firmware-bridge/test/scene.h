/* A client and a pretend agent in one process, taking turns: no thread, no sleep, each octet in its place. */
#ifndef MFPMAIL_TEST_SCENE_H
#define MFPMAIL_TEST_SCENE_H

#include "buffer-private.h"
#include "mfpmail.h"

#include <stdint.h>

typedef struct scene_s {
  char dir[64];
  char path[96];
  int listen_fd;
  int fd; /* The agent's end; -1 before there is one */
  mfpmail_client_t *client;
  mfpmail_buffer_t heard; /* By the agent */
} scene_t;

/* What the system does to us; all zero is fair. */
typedef struct scene_weather_s {
  size_t longest;      /* Octets that one send() or recv() takes; each third one is interrupted by a signal */
  int64_t skipped_ms;  /* That the monotonic clock is ahead */
  int calls;
} scene_weather_t;
extern scene_weather_t scene_weather;

void scene_open(scene_t *scene, const mfpmail_callbacks_t *callbacks);
void scene_close(scene_t *scene);
/* Steps the client, and listens, until the agent has heard that much or the call has ended. O: result of the last step. */
mfpmail_result_t scene_hear(scene_t *scene, const char *last_words);
/* The agent says that, in pieces of so many octets, the client stepping after each. O: result of the last step. */
mfpmail_result_t scene_say(scene_t *scene, const char *octets, size_t size, size_t piece);
/* The agent closes its end. */
void scene_hang_up(scene_t *scene);
/* Steps until the call has ended, at most two seconds. */
mfpmail_result_t scene_end(scene_t *scene);
/* What was heard behind the head, without chunk framing; NULL if it is broken. Free it. */
char *scene_body(const scene_t *scene, size_t *size);

#endif
