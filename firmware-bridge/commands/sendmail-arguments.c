/* The command line of sendmail, as programs have been using it for forty years. */
#include "sendmail-private.h"

#include <string.h>

/* Options that take a value, in the same word or the next; we have no use for it. */
static const char with_value[] = "BCDhLNOopRVX";
/* Options without. */
static const char without_value[] = "GmnUvxe";

static bool add_one(mfpmail_sendmail_t *sendmail, const char *from, size_t length) {
  while (length > 0 && strchr(" \t", *from) != NULL) {
    from++;
    length--;
  }
  while (length > 0 && strchr(" \t", from[length - 1]) != NULL) length--;
  const char *open = memchr(from, '<', length);
  if (open != NULL) {
    if (from[length - 1] != '>') return false;
    length = (size_t)(from + length - 1 - (open + 1));
    from = open + 1;
  }
  if (length == 0) return true; /* "a@b," */
  if (length > MFPMAIL_MAX_ADDRESS || sendmail->recipient_count == MFPMAIL_MAX_RECIPIENTS) return false;
  memcpy(sendmail->recipients[sendmail->recipient_count], from, length);
  sendmail->recipients[sendmail->recipient_count][length] = '\0';
  sendmail->recipient_count++;
  return true;
}

bool mfpmail_sendmail_add_recipients(mfpmail_sendmail_t *sendmail, const char *word) {
  const char *from = word;
  bool is_quoted = false;
  const char *at = word;
  for (; *at != '\0'; at++) {
    if (*at == '\\' && at[1] != '\0')
      at++;
    else if (*at == '"')
      is_quoted = !is_quoted;
    else if (*at == ',' && !is_quoted) {
      if (!add_one(sendmail, from, (size_t)(at - from))) return false;
      from = at + 1;
    }
  }
  return !is_quoted && add_one(sendmail, from, (size_t)(at - from));
}

static void mistake(mfpmail_sendmail_t *sendmail, const char *sentence) {
  if (sendmail->mistake == NULL) sendmail->mistake = sentence;
}

/* -b: what to be. */
static void read_mode(mfpmail_sendmail_t *sendmail, const char *mode) {
  if (strcmp(mode, "m") == 0)
    sendmail->act = MFPMAIL_SENDMAIL_SEND;
  else if (strcmp(mode, "p") == 0)
    sendmail->act = MFPMAIL_SENDMAIL_QUEUE;
  else if (strcmp(mode, "i") == 0)
    sendmail->act = MFPMAIL_SENDMAIL_NOTHING; /* newaliases: there are none */
  else
    mistake(sendmail, "this mode is not supported; SMTP is spoken on 127.0.0.1:2525");
}

static void read_option_o(mfpmail_sendmail_t *sendmail, const char *value) {
  if (strcmp(value, "i") == 0) sendmail->ignores_dots = true;
}

/* The address of -f; a user's name alone is none: the agent writes the device's. */
static const char *reverse_path(const char *value) {
  if (strcmp(value, "<>") == 0 || value[0] == '\0') return "";
  return strchr(value, '@') == NULL ? NULL : value;
}

/* One word that begins with a dash. O: how many words it took. */
static int read_options(mfpmail_sendmail_t *sendmail, const char *word, const char *next) {
  for (const char *option = word + 1; *option != '\0'; option++) {
    bool has_rest = option[1] != '\0';
    const char *value = has_rest ? option + 1 : next;
    if (*option == 't') {
      sendmail->takes_header_recipients = true;
    } else if (*option == 'i') {
      sendmail->ignores_dots = true;
    } else if (*option == 'q' || *option == 'd') {
      /* Deliver the queue now, debug: with their value in the same word, if any. */
      if (*option == 'q') sendmail->act = MFPMAIL_SENDMAIL_NOTHING;
      return 1;
    } else if (strchr("fFrb", *option) != NULL || strchr(with_value, *option) != NULL) {
      if (value == NULL) {
        mistake(sendmail, "an option has no value");
        return 1;
      }
      if (*option == 'f' || *option == 'r') sendmail->reverse_path = reverse_path(value);
      if (*option == 'F') sendmail->full_name = value;
      if (*option == 'b') read_mode(sendmail, value);
      if (*option == 'o') read_option_o(sendmail, value);
      return has_rest ? 1 : 2;
    } else if (strchr(without_value, *option) == NULL) {
      mistake(sendmail, "no such option");
      return 1;
    }
  }
  return 1;
}

void mfpmail_sendmail_read(mfpmail_sendmail_t *sendmail, int argc, char *const *argv) {
  memset(sendmail, 0, sizeof(*sendmail));
  const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
  const char *name = slash != NULL ? slash + 1 : argc > 0 ? argv[0] : "";
  if (strcmp(name, "mailq") == 0) sendmail->act = MFPMAIL_SENDMAIL_QUEUE;
  if (strcmp(name, "newaliases") == 0) sendmail->act = MFPMAIL_SENDMAIL_NOTHING;
  int n = 1;
  while (n < argc && argv[n][0] == '-' && argv[n][1] != '\0') {
    if (strcmp(argv[n], "--") == 0) {
      n++;
      break;
    }
    n += read_options(sendmail, argv[n], n + 1 < argc ? argv[n + 1] : NULL);
  }
  for (; n < argc; n++)
    if (!mfpmail_sendmail_add_recipients(sendmail, argv[n])) mistake(sendmail, "a recipient is no address, or too many");
  if (sendmail->act != MFPMAIL_SENDMAIL_SEND) return;
  if (sendmail->takes_header_recipients && sendmail->recipient_count > 0)
    /* Mailers disagree whether these are added or left out; to guess would mail a stranger. */
    mistake(sendmail, "recipients on the command line do not go with -t");
  if (!sendmail->takes_header_recipients && sendmail->recipient_count == 0)
    mistake(sendmail, "no recipients: name them, or use -t");
}
