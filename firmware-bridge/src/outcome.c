/* From what came over the wire to what the caller is told. */
#include "client-private.h"

#include <stdio.h>
#include <string.h>

void mfpmail_outcome_clear(mfpmail_client_t *client) {
  client->result = MFPMAIL_OK;
  client->code[0] = '\0';
  mfpmail_buffer_clear(&client->sentence);
  client->retry_after_s = 0;
  cJSON_Delete(client->consequences);
  client->consequences = NULL;
  mfpmail_job_delete(client->job);
  mfpmail_status_delete(client->status);
  mfpmail_panel_delete(client->panel);
  mfpmail_sign_in_delete(client->sign_in);
  client->job = NULL;
  client->status = NULL;
  client->panel = NULL;
  client->sign_in = NULL;
}

mfpmail_result_t mfpmail_outcome_set(
    mfpmail_client_t *client, mfpmail_result_t result, const char *code, const char *sentence) {
  client->result = result;
  (void)snprintf(client->code, sizeof(client->code), "%s", code);
  mfpmail_buffer_clear(&client->sentence);
  (void)mfpmail_buffer_add_string(&client->sentence, sentence); /* one too long is left out; the code says it */
  return result;
}

mfpmail_result_t mfpmail_outcome_lost(mfpmail_client_t *client, const char *code, const char *sentence) {
  bool is_unknown = client->has_side_effect && client->may_be_done;
  return mfpmail_outcome_set(client, is_unknown ? MFPMAIL_UNKNOWN : MFPMAIL_TEMPORARY, code, sentence);
}

/* Takes the tree. O: false if it is not the answer that this call must have. */
static bool keep_answer(mfpmail_client_t *client, cJSON *tree) {
  switch (client->answer) {
  case MFPMAIL_ANSWER_JOB:
    client->job = mfpmail_job_from_json(tree, client->is_submission && client->reply.status == 200);
    return client->job != NULL;
  case MFPMAIL_ANSWER_STATUS:
    client->status = mfpmail_status_from_json(tree);
    return client->status != NULL;
  case MFPMAIL_ANSWER_PANEL:
    client->panel = mfpmail_panel_from_json(tree);
    return client->panel != NULL;
  case MFPMAIL_ANSWER_SIGN_IN:
    client->sign_in = mfpmail_sign_in_from_json(tree);
    return client->sign_in != NULL;
  case MFPMAIL_ANSWER_PLAN:
    cJSON_Delete(tree);
    return tree != NULL;
  case MFPMAIL_ANSWER_EVENTS:
    break;
  }
  cJSON_Delete(tree);
  return false;
}

/* {"error": {"code", "message", "details": {"consequences": [codes], "messages": [sentences]}}} */
static void keep_error(mfpmail_client_t *client, mfpmail_result_t result, cJSON *tree) {
  const cJSON *error = mfpmail_json_member(tree, "error");
  const char *code = mfpmail_json_string(error, "code");
  const char *message = mfpmail_json_string(error, "message");
  bool is_temporary = result == MFPMAIL_TEMPORARY;
  (void)mfpmail_outcome_set(client, result, code[0] != '\0' ? code : is_temporary ? "internal" : "bad-request",
                            message[0] != '\0' ? message
                            : is_temporary     ? "The mail agent cannot do this now; try again."
                                               : "The mail agent refused.");
  const cJSON *details = mfpmail_json_member(error, "details");
  if (mfpmail_json_size(mfpmail_json_member(details, "consequences")) > 0)
    client->consequences = cJSON_Duplicate(details, 1); /* NULL without memory: then nothing can be agreed to */
}

mfpmail_result_t mfpmail_outcome_from_reply(mfpmail_client_t *client) {
  static const char invalid[] = "The mail agent's answer could not be understood.";
  int status = client->reply.status;
  client->retry_after_s = client->reply.retry_after_s;
  if (client->answer == MFPMAIL_ANSWER_EVENTS && status == 200)
    return mfpmail_outcome_lost(client, "connection-lost", "The mail agent ended the stream of events.");
  cJSON *tree = mfpmail_json_parse_object(mfpmail_buffer_text(&client->reply_body), client->reply_body.length);
  if (status < 300) {
    if (keep_answer(client, tree)) return MFPMAIL_OK;
    return mfpmail_outcome_lost(client, "reply-invalid", invalid);
  }
  if (status < 400) {
    (void)mfpmail_outcome_lost(client, "reply-invalid", invalid);
  } else {
    bool is_temporary = status >= 500 || status == 408 || status == 425 || status == 429;
    keep_error(client, is_temporary ? MFPMAIL_TEMPORARY : MFPMAIL_REFUSED, tree);
  }
  cJSON_Delete(tree);
  return client->result;
}

void mfpmail_outcome_event(void *context, const char *name, const char *data, size_t size) {
  mfpmail_client_t *client = context;
  const mfpmail_callbacks_t *callbacks = &client->callbacks;
  cJSON *tree = mfpmail_json_parse_object(data, size);
  client->is_in_callback = true;
  /* An event that is no object, or that this version does not know, is none for us. */
  if (strcmp(name, "status") == 0) {
    mfpmail_status_t *status = mfpmail_status_from_json(tree);
    if (status != NULL && callbacks->status != NULL) callbacks->status(client, status, callbacks->data);
    mfpmail_status_delete(status);
  } else if (strcmp(name, "job") == 0) {
    mfpmail_job_t *job = mfpmail_job_from_json(tree, false);
    if (job != NULL && callbacks->job != NULL) callbacks->job(client, job, callbacks->data);
    mfpmail_job_delete(job);
  } else if (strcmp(name, "panel") == 0) {
    mfpmail_panel_t *panel = mfpmail_panel_from_json(tree);
    if (panel != NULL && callbacks->panel != NULL) callbacks->panel(client, panel, callbacks->data);
    mfpmail_panel_delete(panel);
  } else {
    cJSON_Delete(tree);
  }
  client->is_in_callback = false;
}

const char *mfpmail_client_code(const mfpmail_client_t *client) {
  return client->code;
}

const char *mfpmail_client_sentence(const mfpmail_client_t *client) {
  return mfpmail_buffer_text(&client->sentence);
}

unsigned mfpmail_client_retry_after_s(const mfpmail_client_t *client) {
  return client->retry_after_s;
}

size_t mfpmail_client_consequence_count(const mfpmail_client_t *client) {
  return mfpmail_json_size(mfpmail_json_member(client->consequences, "consequences"));
}

const char *mfpmail_client_consequence_code(const mfpmail_client_t *client, size_t n) {
  return mfpmail_json_string_at(mfpmail_json_member(client->consequences, "consequences"), n);
}

const char *mfpmail_client_consequence_message(const mfpmail_client_t *client, size_t n) {
  return mfpmail_json_string_at(mfpmail_json_member(client->consequences, "messages"), n);
}

mfpmail_job_t *mfpmail_client_take_job(mfpmail_client_t *client) {
  mfpmail_job_t *job = client->job;
  client->job = NULL;
  return job;
}

mfpmail_status_t *mfpmail_client_take_status(mfpmail_client_t *client) {
  mfpmail_status_t *status = client->status;
  client->status = NULL;
  return status;
}

mfpmail_panel_t *mfpmail_client_take_panel(mfpmail_client_t *client) {
  mfpmail_panel_t *panel = client->panel;
  client->panel = NULL;
  return panel;
}

mfpmail_sign_in_t *mfpmail_client_take_sign_in(mfpmail_client_t *client) {
  mfpmail_sign_in_t *sign_in = client->sign_in;
  client->sign_in = NULL;
  return sign_in;
}
