/* Submitting until it is known what became of it. */
#include "client-private.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define FIRST_WAIT_MS 250
#define LONGEST_WAIT_MS 2000 /* asking a socket of this machine costs next to nothing */

static void sleep_ms(int64_t wait_ms) {
  int64_t end_ms = mfpmail_now_ms() + wait_ms;
  for (int64_t left_ms = wait_ms; left_ms > 0; left_ms = end_ms - mfpmail_now_ms())
    (void)poll(NULL, 0, left_ms > INT_MAX ? INT_MAX : (int)left_ms);
}

static mfpmail_result_t unknown(mfpmail_client_t *client) {
  return mfpmail_outcome_set(client, MFPMAIL_UNKNOWN, "connection-lost", "The mail agent's answer was lost.");
}

/*
 * An answer was lost, and sending again is impossible (a pipe), or has failed for good (a file that is gone, a refusal):
 * the agent still knows the key. Only if it says that it has none, what the last try said is all there is to say.
 */
static mfpmail_result_t ask(mfpmail_client_t *client, const char *key, int64_t end_ms, mfpmail_job_t **job,
                            mfpmail_result_t last, const char *code, const char *sentence) {
  for (int64_t wait_ms = FIRST_WAIT_MS;; wait_ms = wait_ms * 2 > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait_ms * 2) {
    int64_t left_ms = end_ms - mfpmail_now_ms();
    if (left_ms <= 0) return unknown(client);
    mfpmail_result_t result = mfpmail_client_find_job(client, key, left_ms > INT_MAX ? INT_MAX : (int)left_ms, job);
    if (result == MFPMAIL_OK) return result;
    if (result == MFPMAIL_REFUSED && strcmp(mfpmail_client_code(client), "job-not-found") == 0)
      return mfpmail_outcome_set(client, last, code, sentence);
    if (result == MFPMAIL_REFUSED || result == MFPMAIL_USAGE) return unknown(client);
    left_ms = end_ms - mfpmail_now_ms();
    sleep_ms(left_ms < wait_ms ? left_ms : wait_ms);
  }
}

/* The same, keeping what the last try said: asking makes the client forget it. */
static mfpmail_result_t ask_after(mfpmail_client_t *client, const char *key, int64_t end_ms, mfpmail_job_t **job) {
  char code[sizeof(client->code)];
  char sentence[512];
  (void)snprintf(code, sizeof(code), "%s", client->code);
  (void)snprintf(sentence, sizeof(sentence), "%s", mfpmail_client_sentence(client));
  return ask(client, key, end_ms, job, client->result, code, sentence);
}

mfpmail_result_t mfpmail_client_submit_patiently(
    mfpmail_client_t *client, mfpmail_ticket_t *ticket, int timeout_ms, mfpmail_job_t **job) {
  int64_t end_ms = mfpmail_now_ms() + (timeout_ms > 0 ? timeout_ms : MFPMAIL_SUBMIT_MS);
  int64_t wait_ms = FIRST_WAIT_MS;
  bool may_be_done = false;
  if (job != NULL) *job = NULL;
  for (;;) {
    int64_t left_ms = end_ms - mfpmail_now_ms();
    int bound_ms = left_ms < 1 ? 1 : left_ms > INT_MAX ? INT_MAX : (int)left_ms;
    mfpmail_result_t result = mfpmail_client_submit(client, ticket, bound_ms, job);
    if (result == MFPMAIL_OK) return result;
    if (result != MFPMAIL_TEMPORARY && result != MFPMAIL_UNKNOWN)
      return may_be_done ? ask_after(client, ticket->key, end_ms, job) : result;
    may_be_done = may_be_done || result == MFPMAIL_UNKNOWN;
    if (!mfpmail_ticket_rewind(ticket))
      return may_be_done ? ask(client, ticket->key, end_ms, job, MFPMAIL_TEMPORARY, "source-spent",
                               "Not sent: the connection broke, and the data cannot be read again.")
                         : result;
    int64_t pause_ms = (int64_t)mfpmail_client_retry_after_s(client) * 1000;
    if (pause_ms < wait_ms) pause_ms = wait_ms;
    /* No time is left for another try. That the last one surely failed says nothing of those before it. */
    if (mfpmail_now_ms() + pause_ms >= end_ms) {
      client->result = may_be_done ? MFPMAIL_UNKNOWN : MFPMAIL_TEMPORARY;
      return client->result;
    }
    sleep_ms(pause_ms);
    wait_ms = wait_ms * 2 > LONGEST_WAIT_MS ? LONGEST_WAIT_MS : wait_ms * 2;
  }
}
