#include "answer-private.h"

#include <stdlib.h>
#include <string.h>

mfpmail_status_t *mfpmail_status_from_json(cJSON *tree) {
  mfpmail_status_t *made = NULL;
  if (mfpmail_json_string(tree, "glance")[0] != '\0') made = calloc(1, sizeof(*made));
  if (made == NULL) {
    cJSON_Delete(tree);
    return NULL;
  }
  made->tree = tree;
  made->sign_in.sign_in = mfpmail_json_member(tree, "signIn");
  return made;
}

void mfpmail_status_delete(mfpmail_status_t *status) {
  if (status == NULL) return;
  cJSON_Delete(status->tree);
  free(status);
}

mfpmail_lamp_t mfpmail_lamp_from_json(const cJSON *object) {
  const char *lamp = mfpmail_json_string(object, "lamp");
  if (strcmp(lamp, "green") == 0) return MFPMAIL_LAMP_GREEN;
  if (strcmp(lamp, "amber") == 0) return MFPMAIL_LAMP_AMBER;
  if (strcmp(lamp, "red") == 0) return MFPMAIL_LAMP_RED;
  return MFPMAIL_LAMP_OFF;
}

const char *mfpmail_status_version(const mfpmail_status_t *status) {
  return mfpmail_json_string(status->tree, "version");
}

const char *mfpmail_status_glance(const mfpmail_status_t *status) {
  return mfpmail_json_string(status->tree, "glance");
}

const char *mfpmail_status_sentence(const mfpmail_status_t *status) {
  return mfpmail_json_string(status->tree, "sentence");
}

mfpmail_lamp_t mfpmail_status_lamp(const mfpmail_status_t *status) {
  return mfpmail_lamp_from_json(status->tree);
}

const char *mfpmail_status_provider(const mfpmail_status_t *status) {
  return mfpmail_json_string(status->tree, "provider");
}

const char *mfpmail_status_device_address(const mfpmail_status_t *status) {
  return mfpmail_json_string(status->tree, "deviceEmailAddress");
}

const char *mfpmail_status_account(const mfpmail_status_t *status) {
  const cJSON *account = mfpmail_json_member(status->tree, "account");
  return mfpmail_json_string(mfpmail_json_member(account, "identity"), "upn");
}

const char *mfpmail_status_storage(const mfpmail_status_t *status) {
  return mfpmail_json_string(mfpmail_json_member(status->tree, "storage"), "state");
}

const char *mfpmail_status_hold_reason(const mfpmail_status_t *status) {
  return mfpmail_json_string(mfpmail_json_member(status->tree, "queue"), "holdReason");
}

static unsigned queued(const mfpmail_status_t *status, const char *name) {
  return mfpmail_json_count(mfpmail_json_member(status->tree, "queue"), name);
}

unsigned mfpmail_status_waiting(const mfpmail_status_t *status) {
  return queued(status, "waiting");
}

unsigned mfpmail_status_sending(const mfpmail_status_t *status) {
  return queued(status, "sending");
}

unsigned mfpmail_status_held(const mfpmail_status_t *status) {
  return queued(status, "held");
}

unsigned mfpmail_status_failed(const mfpmail_status_t *status) {
  return queued(status, "failed");
}

size_t mfpmail_status_warning_count(const mfpmail_status_t *status) {
  return mfpmail_json_size(mfpmail_json_member(status->tree, "warnings"));
}

const char *mfpmail_status_warning(const mfpmail_status_t *status, size_t n) {
  return mfpmail_json_string_at(mfpmail_json_member(status->tree, "warnings"), n);
}

const mfpmail_sign_in_t *mfpmail_status_sign_in(const mfpmail_status_t *status) {
  return &status->sign_in;
}
