/* Options of the command line. */
#include "command-private.h"

#include <stdlib.h>
#include <string.h>

static void next(mfpmail_words_t *words) {
  words->words++;
  words->count--;
}

int mfpmail_words_option(
    mfpmail_words_t *words, const char *const *flags, const char **name, const char **value) {
  if (words->count == 0 || strncmp(words->words[0], "--", 2) != 0) return 0;
  char *word = words->words[0] + 2;
  next(words);
  if (*word == '\0') return 0; /* "--": only words from here on */
  *name = word;
  *value = NULL;
  for (; *flags != NULL; flags++)
    if (strcmp(*flags, word) == 0) return 1;
  char *equals = strchr(word, '=');
  if (equals != NULL) {
    *equals = '\0';
    *value = equals + 1;
    return 1;
  }
  if (words->count == 0) return -1;
  *value = words->words[0];
  next(words);
  return 1;
}

int mfpmail_number(const char *text, int limit) {
  char *end;
  if (text[0] < '0' || text[0] > '9') return -1;
  long number = strtol(text, &end, 10);
  return *end != '\0' || number > limit ? -1 : (int)number;
}
