/* JSON from the agent: looked over before cJSON sees it, then read by name. */
#ifndef MFPMAIL_JSON_PRIVATE_H
#define MFPMAIL_JSON_PRIVATE_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MFPMAIL_DEEPEST_JSON 32
#define MFPMAIL_MOST_JSON_VALUES 20000

/*
 * O: true if the text is UTF-8 without control characters in strings, nested at most 32 deep, of at most 20,000 values.
 * cJSON calls itself for each level and takes some 70 octets for each value: these two bound stack and memory.
 */
bool mfpmail_json_is_sane(const char *text, size_t size);
/* O: the tree of an object, NULL if the text is none; delete it with cJSON_Delete(). I: text ends with NUL at size. */
cJSON *mfpmail_json_parse_object(const char *text, size_t size);

/* Members by name. O: NULL, "", 0, false if it is not there or of another type. */
const cJSON *mfpmail_json_member(const cJSON *object, const char *name);
const char *mfpmail_json_string(const cJSON *object, const char *name);
int64_t mfpmail_json_integer(const cJSON *object, const char *name);
/* 0 to 4294967295, clipped. */
unsigned mfpmail_json_count(const cJSON *object, const char *name);
bool mfpmail_json_is_true(const cJSON *object, const char *name);
/* Elements of an array. */
size_t mfpmail_json_size(const cJSON *array);
const cJSON *mfpmail_json_at(const cJSON *array, size_t n);
const char *mfpmail_json_string_at(const cJSON *array, size_t n);

#endif
