#include "json-private.h"

#include "text-private.h"

bool mfpmail_json_is_sane(const char *text, size_t size) {
  if (!mfpmail_text_is_utf8(text, size)) return false;
  size_t depth = 0;
  size_t values = 1;
  bool is_in_string = false;
  for (size_t n = 0; n < size; n++) {
    unsigned char one = (unsigned char)text[n];
    if (is_in_string) {
      if (one < 0x20) return false;
      if (one == '\\')
        n++; /* whatever it is, it does not end the string; a control character here is cJSON's to refuse */
      else if (one == '"')
        is_in_string = false;
      continue;
    }
    if (one == '"') is_in_string = true;
    if (one == '\0') return false;
    if (one == '[' || one == '{') {
      if (++depth > MFPMAIL_DEEPEST_JSON) return false;
      values++;
    } else if (one == ']' || one == '}') {
      if (depth-- == 0) return false;
    } else if (one == ',') {
      values++;
    }
    if (values > MFPMAIL_MOST_JSON_VALUES) return false;
  }
  return depth == 0 && !is_in_string;
}

cJSON *mfpmail_json_parse_object(const char *text, size_t size) {
  if (!mfpmail_json_is_sane(text, size)) return NULL;
  cJSON *tree = cJSON_ParseWithOpts(text, NULL, 1);
  if (cJSON_IsObject(tree)) return tree;
  cJSON_Delete(tree);
  return NULL;
}
