#include "answer-private.h"
#include "text-private.h"

#include <stdlib.h>
#include <string.h>

mfpmail_job_t *mfpmail_job_from_json(cJSON *tree, bool is_repeat) {
  const cJSON *inner = mfpmail_json_member(tree, "job"); /* with its advice; else the job itself */
  const cJSON *job = inner == NULL ? tree : inner;
  mfpmail_job_t *made = NULL;
  if (mfpmail_text_is_key(mfpmail_json_string(job, "queueId"))) made = calloc(1, sizeof(*made));
  if (made == NULL) {
    cJSON_Delete(tree);
    return NULL;
  }
  made->tree = tree;
  made->job = job;
  made->advice = inner == NULL ? NULL : mfpmail_json_member(tree, "guidance");
  made->is_repeat = is_repeat;
  return made;
}

void mfpmail_job_delete(mfpmail_job_t *job) {
  if (job == NULL) return;
  cJSON_Delete(job->tree);
  free(job);
}

const char *mfpmail_job_id(const mfpmail_job_t *job) {
  return mfpmail_json_string(job->job, "queueId");
}

const char *mfpmail_job_state_name(const mfpmail_job_t *job) {
  return mfpmail_json_string(job->job, "state");
}

mfpmail_job_state_t mfpmail_job_state(const mfpmail_job_t *job) {
  static const char *const words[] = {"waiting", "sending", "held", "accepted", "failed", "deleted"};
  const char *state = mfpmail_job_state_name(job);
  for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++)
    if (strcmp(words[n], state) == 0) return (mfpmail_job_state_t)(MFPMAIL_JOB_WAITING + n);
  return MFPMAIL_JOB_OTHER;
}

bool mfpmail_job_is_repeat(const mfpmail_job_t *job) {
  return job->is_repeat;
}

const char *mfpmail_job_subject(const mfpmail_job_t *job) {
  return mfpmail_json_string(job->job, "subject");
}

const char *mfpmail_job_message_id(const mfpmail_job_t *job) {
  return mfpmail_json_string(job->job, "messageId");
}

const char *mfpmail_job_hold_reason(const mfpmail_job_t *job) {
  return mfpmail_json_string(mfpmail_json_member(job->job, "hold"), "reason");
}

const char *mfpmail_job_last_code(const mfpmail_job_t *job) {
  return mfpmail_json_string(mfpmail_json_member(job->job, "lastReply"), "code");
}

const char *mfpmail_job_last_reply(const mfpmail_job_t *job) {
  return mfpmail_json_string(mfpmail_json_member(job->job, "lastReply"), "reply");
}

const char *mfpmail_job_server_message_id(const mfpmail_job_t *job) {
  return mfpmail_json_string(job->job, "serverMessageId");
}

unsigned mfpmail_job_attempts(const mfpmail_job_t *job) {
  return mfpmail_json_count(job->job, "attempts");
}

bool mfpmail_job_is_possible_duplicate(const mfpmail_job_t *job) {
  return mfpmail_json_is_true(job->job, "isPossibleDuplicate");
}

int64_t mfpmail_job_accepted_at_ms(const mfpmail_job_t *job) {
  return mfpmail_json_integer(job->job, "acceptedAtMs");
}

int64_t mfpmail_job_next_attempt_at_ms(const mfpmail_job_t *job) {
  return mfpmail_json_integer(job->job, "nextAttemptAtMs");
}

size_t mfpmail_job_recipient_count(const mfpmail_job_t *job) {
  return mfpmail_json_size(mfpmail_json_member(job->job, "recipients"));
}

static const char *of_recipient(const mfpmail_job_t *job, size_t n, const char *name) {
  return mfpmail_json_string(mfpmail_json_at(mfpmail_json_member(job->job, "recipients"), n), name);
}

const char *mfpmail_job_recipient_address(const mfpmail_job_t *job, size_t n) {
  return of_recipient(job, n, "forwardPath");
}

const char *mfpmail_job_recipient_state(const mfpmail_job_t *job, size_t n) {
  return of_recipient(job, n, "state");
}

const char *mfpmail_job_recipient_reply(const mfpmail_job_t *job, size_t n) {
  return of_recipient(job, n, "reply");
}

const char *mfpmail_job_advice_title(const mfpmail_job_t *job) {
  return mfpmail_json_string(job->advice, "title");
}

const char *mfpmail_job_advice(const mfpmail_job_t *job) {
  return mfpmail_json_string(job->advice, "paragraph");
}
