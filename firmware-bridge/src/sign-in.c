#include "answer-private.h"

#include <stdlib.h>
#include <string.h>

mfpmail_sign_in_t *mfpmail_sign_in_from_json(cJSON *tree) {
  mfpmail_sign_in_t *made = NULL;
  if (mfpmail_json_string(tree, "step")[0] != '\0') made = calloc(1, sizeof(*made));
  if (made == NULL) {
    cJSON_Delete(tree);
    return NULL;
  }
  made->tree = tree;
  made->sign_in = tree;
  return made;
}

void mfpmail_sign_in_delete(mfpmail_sign_in_t *sign_in) {
  if (sign_in == NULL) return;
  cJSON_Delete(sign_in->tree);
  free(sign_in);
}

const char *mfpmail_sign_in_step_name(const mfpmail_sign_in_t *sign_in) {
  return mfpmail_json_string(sign_in->sign_in, "step");
}

mfpmail_sign_in_step_t mfpmail_sign_in_step(const mfpmail_sign_in_t *sign_in) {
  static const char *const words[] = {"idle", "starting", "code", "confirm", "proving", "ready", "failed"};
  const char *step = mfpmail_sign_in_step_name(sign_in);
  for (size_t n = 0; n < sizeof(words) / sizeof(words[0]); n++)
    if (strcmp(words[n], step) == 0) return (mfpmail_sign_in_step_t)(MFPMAIL_SIGN_IN_IDLE + n);
  return MFPMAIL_SIGN_IN_OTHER;
}

const char *mfpmail_sign_in_user_code(const mfpmail_sign_in_t *sign_in) {
  return mfpmail_json_string(sign_in->sign_in, "userCode");
}

const char *mfpmail_sign_in_uri(const mfpmail_sign_in_t *sign_in) {
  return mfpmail_json_string(sign_in->sign_in, "verificationUri");
}

bool mfpmail_sign_in_is_known_host(const mfpmail_sign_in_t *sign_in) {
  return mfpmail_json_is_true(sign_in->sign_in, "isKnownHost");
}

int64_t mfpmail_sign_in_expires_at_ms(const mfpmail_sign_in_t *sign_in) {
  return mfpmail_json_integer(sign_in->sign_in, "expiresAtMs");
}

static const char *of_identity(const mfpmail_sign_in_t *sign_in, const char *name) {
  return mfpmail_json_string(mfpmail_json_member(sign_in->sign_in, "identity"), name);
}

const char *mfpmail_sign_in_account(const mfpmail_sign_in_t *sign_in) {
  return of_identity(sign_in, "upn");
}

const char *mfpmail_sign_in_account_name(const mfpmail_sign_in_t *sign_in) {
  return of_identity(sign_in, "name");
}

const char *mfpmail_sign_in_device_address(const mfpmail_sign_in_t *sign_in) {
  return mfpmail_json_string(sign_in->sign_in, "deviceEmailAddress");
}

const char *mfpmail_sign_in_code(const mfpmail_sign_in_t *sign_in) {
  const char *code = mfpmail_json_string(sign_in->sign_in, "code");
  return code[0] != '\0' ? code : mfpmail_json_string(sign_in->sign_in, "trouble");
}

unsigned mfpmail_sign_in_aadsts(const mfpmail_sign_in_t *sign_in) {
  return mfpmail_json_count(sign_in->sign_in, "aadsts");
}
