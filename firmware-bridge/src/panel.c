#include "answer-private.h"

#include <stdlib.h>

mfpmail_panel_t *mfpmail_panel_from_json(cJSON *tree) {
  mfpmail_panel_t *made = NULL;
  if (cJSON_IsArray(mfpmail_json_member(tree, "lines"))) made = calloc(1, sizeof(*made));
  if (made == NULL) {
    cJSON_Delete(tree);
    return NULL;
  }
  made->tree = tree;
  return made;
}

void mfpmail_panel_delete(mfpmail_panel_t *panel) {
  if (panel == NULL) return;
  cJSON_Delete(panel->tree);
  free(panel);
}

const char *mfpmail_panel_screen(const mfpmail_panel_t *panel) {
  return mfpmail_json_string(panel->tree, "screen");
}

mfpmail_lamp_t mfpmail_panel_lamp(const mfpmail_panel_t *panel) {
  return mfpmail_lamp_from_json(panel->tree);
}

unsigned mfpmail_panel_columns(const mfpmail_panel_t *panel) {
  return mfpmail_json_count(panel->tree, "columns");
}

unsigned mfpmail_panel_rows(const mfpmail_panel_t *panel) {
  return mfpmail_json_count(panel->tree, "rows");
}

const char *mfpmail_panel_line(const mfpmail_panel_t *panel, size_t n) {
  return mfpmail_json_string_at(mfpmail_json_member(panel->tree, "lines"), n);
}

const char *mfpmail_panel_key(const mfpmail_panel_t *panel, mfpmail_key_t key) {
  static const char *const words[] = {"ok", "back", "up", "down"};
  if ((unsigned)key >= sizeof(words) / sizeof(words[0])) return "";
  return mfpmail_json_string(mfpmail_json_member(panel->tree, "keys"), words[key]);
}
