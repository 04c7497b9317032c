#include "json-private.h"

const cJSON *mfpmail_json_member(const cJSON *object, const char *name) {
  return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, name) : NULL;
}

static const char *string_of(const cJSON *value) {
  return cJSON_IsString(value) && value->valuestring != NULL ? value->valuestring : "";
}

const char *mfpmail_json_string(const cJSON *object, const char *name) {
  return string_of(mfpmail_json_member(object, name));
}

int64_t mfpmail_json_integer(const cJSON *object, const char *name) {
  const cJSON *value = mfpmail_json_member(object, name);
  /* A double beyond 2^53 is no integer any more, and one beyond 2^63 may not even be converted. */
  const double largest = 9007199254740992.0;
  if (!cJSON_IsNumber(value) || !(value->valuedouble >= -largest && value->valuedouble <= largest)) return 0;
  return (int64_t)value->valuedouble;
}

unsigned mfpmail_json_count(const cJSON *object, const char *name) {
  int64_t value = mfpmail_json_integer(object, name);
  return value < 0 ? 0 : value > (int64_t)UINT32_MAX ? UINT32_MAX : (unsigned)value;
}

bool mfpmail_json_is_true(const cJSON *object, const char *name) {
  return cJSON_IsTrue(mfpmail_json_member(object, name));
}

size_t mfpmail_json_size(const cJSON *array) {
  size_t count = 0;
  if (cJSON_IsArray(array))
    for (const cJSON *one = array->child; one != NULL; one = one->next) count++;
  return count;
}

const cJSON *mfpmail_json_at(const cJSON *array, size_t n) {
  if (!cJSON_IsArray(array)) return NULL;
  const cJSON *one = array->child;
  for (; one != NULL && n > 0; n--) one = one->next;
  return one;
}

const char *mfpmail_json_string_at(const cJSON *array, size_t n) {
  return string_of(mfpmail_json_at(array, n));
}
