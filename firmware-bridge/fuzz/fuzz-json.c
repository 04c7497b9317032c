/* Text to each handle, and every question that can be asked of it. */
#include "answer-private.h"
#include "text-private.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is absent is "", never NULL; what is there is UTF-8. */
static void look(const char *text) {
  if (text == NULL || !mfpmail_text_is_utf8(text, strlen(text))) abort();
}

static void look_at_job(mfpmail_job_t *job) {
  if (job == NULL) return;
  if (!mfpmail_text_is_key(mfpmail_job_id(job))) abort();
  look(mfpmail_job_state_name(job));
  look(mfpmail_job_subject(job));
  look(mfpmail_job_message_id(job));
  look(mfpmail_job_hold_reason(job));
  look(mfpmail_job_last_code(job));
  look(mfpmail_job_last_reply(job));
  look(mfpmail_job_server_message_id(job));
  look(mfpmail_job_advice(job));
  look(mfpmail_job_advice_title(job));
  for (size_t n = 0; n <= mfpmail_job_recipient_count(job) && n < 200; n++) {
    look(mfpmail_job_recipient_address(job, n));
    look(mfpmail_job_recipient_state(job, n));
    look(mfpmail_job_recipient_reply(job, n));
  }
  (void)(mfpmail_job_accepted_at_ms(job) + mfpmail_job_next_attempt_at_ms(job) + mfpmail_job_attempts(job));
  if (mfpmail_job_state(job) > MFPMAIL_JOB_DELETED) abort();
  mfpmail_job_delete(job);
}

static void look_at_sign_in(const mfpmail_sign_in_t *sign_in) {
  look(mfpmail_sign_in_step_name(sign_in));
  look(mfpmail_sign_in_user_code(sign_in));
  look(mfpmail_sign_in_uri(sign_in));
  look(mfpmail_sign_in_account(sign_in));
  look(mfpmail_sign_in_account_name(sign_in));
  look(mfpmail_sign_in_device_address(sign_in));
  look(mfpmail_sign_in_code(sign_in));
  (void)(mfpmail_sign_in_expires_at_ms(sign_in) + mfpmail_sign_in_aadsts(sign_in));
  if (mfpmail_sign_in_step(sign_in) > MFPMAIL_SIGN_IN_FAILED) abort();
}

static void look_at_status(mfpmail_status_t *status) {
  if (status == NULL) return;
  look(mfpmail_status_version(status));
  look(mfpmail_status_glance(status));
  look(mfpmail_status_sentence(status));
  look(mfpmail_status_provider(status));
  look(mfpmail_status_device_address(status));
  look(mfpmail_status_account(status));
  look(mfpmail_status_storage(status));
  look(mfpmail_status_hold_reason(status));
  for (size_t n = 0; n <= mfpmail_status_warning_count(status) && n < 200; n++) look(mfpmail_status_warning(status, n));
  (void)(mfpmail_status_waiting(status) + mfpmail_status_sending(status) + mfpmail_status_held(status));
  look_at_sign_in(mfpmail_status_sign_in(status));
  mfpmail_status_delete(status);
}

static void look_at_panel(mfpmail_panel_t *panel) {
  if (panel == NULL) return;
  look(mfpmail_panel_screen(panel));
  for (size_t n = 0; n < 8; n++) {
    look(mfpmail_panel_line(panel, n));
    look(mfpmail_panel_key(panel, (mfpmail_key_t)n));
  }
  (void)(mfpmail_panel_columns(panel) + mfpmail_panel_rows(panel));
  mfpmail_panel_delete(panel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  if (text == NULL) return 0;
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  look_at_job(mfpmail_job_from_json(mfpmail_json_parse_object(text, size), false));
  look_at_status(mfpmail_status_from_json(mfpmail_json_parse_object(text, size)));
  look_at_panel(mfpmail_panel_from_json(mfpmail_json_parse_object(text, size)));
  mfpmail_sign_in_t *sign_in = mfpmail_sign_in_from_json(mfpmail_json_parse_object(text, size));
  if (sign_in != NULL) look_at_sign_in(sign_in);
  mfpmail_sign_in_delete(sign_in);
  free(text);
  return 0;
}
