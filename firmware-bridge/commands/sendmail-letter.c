#include "sendmail-private.h"

#include <string.h>
#include <strings.h>

enum { AT_FIRST_LINE, AT_HEADER, AT_BODY };

void mfpmail_letter_init(
    mfpmail_letter_t *letter, bool ignores_dots, const char *from, mfpmail_letter_sink_t sink, void *data) {
  memset(letter, 0, sizeof(*letter));
  letter->ignores_dots = ignores_dots;
  letter->from = from;
  letter->sink = sink;
  letter->data = data;
}

static void give(mfpmail_letter_t *letter, const char *octets, size_t size) {
  if (size > 0 && !letter->has_failed && !letter->sink(letter->data, octets, size)) letter->has_failed = true;
}

/* The header is over: what is missing comes now. */
static void end_header(mfpmail_letter_t *letter, bool needs_empty_line) {
  if (!letter->has_from && letter->from != NULL) {
    give(letter, letter->from, strlen(letter->from));
    if (needs_empty_line) give(letter, "\r\n", 2);
  }
  letter->at = AT_BODY;
}

/* O: length of the field's name if the line begins with one, else 0. */
static size_t field_name(const mfpmail_letter_t *letter) {
  size_t length = 0;
  while (length < letter->line_length && letter->line[length] > 0x20 && letter->line[length] < 0x7F &&
         letter->line[length] != ':')
    length++;
  return length < letter->line_length && letter->line[length] == ':' ? length : 0;
}

/* As much of the line as is needed to tell what it is, has been read; is_whole: all of it. */
static void judge(mfpmail_letter_t *letter, bool is_whole) {
  size_t length = letter->line_length;
  letter->is_judged = true;
  letter->line_length = 0;
  if (is_whole && !letter->ignores_dots && length == 1 && letter->line[0] == '.') {
    letter->is_over = true;
    return;
  }
  bool is_first = letter->at == AT_FIRST_LINE;
  if (is_first) letter->at = AT_HEADER;
  if (letter->at == AT_HEADER) {
    letter->line_length = length;
    size_t name = field_name(letter);
    letter->line_length = 0;
    bool is_folded = length > 0 && !is_first && (letter->line[0] == ' ' || letter->line[0] == '\t');
    if (name == 4 && strncasecmp(letter->line, "From", 4) == 0) letter->has_from = true;
    /* A line that is no field ends the header as an empty one does; a letter without any header begins so. */
    if (name == 0 && !is_folded) end_header(letter, !(is_whole && length == 0));
  }
  give(letter, letter->line, length);
}

/* O: true if the line's beginning tells what it is, or cannot tell more. */
static bool can_judge(const mfpmail_letter_t *letter) {
  size_t length = letter->line_length;
  char first = letter->line[0];
  if (letter->at == AT_BODY) return letter->ignores_dots || first != '.' || length > 1;
  if (length == sizeof(letter->line)) return true;
  if (length < 2 && first == '.') return false;
  char last = letter->line[length - 1];
  return last == ':' || last <= 0x20 || last >= 0x7F;
}

static void end_line(mfpmail_letter_t *letter) {
  if (!letter->is_judged) judge(letter, true);
  if (!letter->is_over) give(letter, "\r\n", 2);
  letter->is_judged = false;
}

/* Of a mailbox file: "From anna Sat Nov 21 ...", which is no field. Told apart from "From:" at its fifth octet. */
static bool is_mailbox_line(const mfpmail_letter_t *letter) {
  return letter->at == AT_FIRST_LINE && letter->line_length == 5 && memcmp(letter->line, "From ", 5) == 0;
}

static void take(mfpmail_letter_t *letter, char octet) {
  enum { SKIPPING = -1 };
  if (octet == '\n') {
    if (letter->at == SKIPPING) {
      letter->at = AT_HEADER;
      letter->is_judged = false;
      return;
    }
    end_line(letter);
    return;
  }
  if (letter->at == SKIPPING) return;
  if (letter->is_judged) {
    give(letter, &octet, 1);
    return;
  }
  letter->line[letter->line_length++] = octet;
  if (is_mailbox_line(letter)) {
    letter->line_length = 0;
    letter->at = SKIPPING;
    return;
  }
  if (can_judge(letter)) judge(letter, false);
}

/* The longest run that only passes through. */
static size_t passing(const mfpmail_letter_t *letter, const char *octets, size_t size) {
  if (!letter->is_judged || letter->has_cr) return 0;
  size_t length = 0;
  while (length < size && octets[length] != '\n' && octets[length] != '\r') length++;
  return length;
}

bool mfpmail_letter_feed(mfpmail_letter_t *letter, const char *octets, size_t size) {
  while (size > 0 && !letter->is_over && !letter->has_failed) {
    size_t run = passing(letter, octets, size);
    if (run > 0) {
      give(letter, octets, run);
      octets += run;
      size -= run;
      continue;
    }
    char octet = *octets++;
    size--;
    if (letter->has_cr && octet != '\n') take(letter, '\r'); /* a bare one is the agent's to judge */
    letter->has_cr = octet == '\r';
    if (!letter->has_cr) take(letter, octet);
  }
  return !letter->is_over && !letter->has_failed;
}

bool mfpmail_letter_end(mfpmail_letter_t *letter) {
  if (letter->has_cr) take(letter, '\r');
  letter->has_cr = false;
  if (!letter->is_over && (letter->line_length > 0 || letter->is_judged)) end_line(letter);
  if (letter->at != AT_BODY) end_header(letter, false);
  return !letter->has_failed;
}
