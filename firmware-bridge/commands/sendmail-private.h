/* Parts of mfpmail-sendmail. */
#ifndef MFPMAIL_SENDMAIL_PRIVATE_H
#define MFPMAIL_SENDMAIL_PRIVATE_H

#include "mfpmail.h"

#define MFPMAIL_MAX_ADDRESS 254
#define MFPMAIL_FIELD_NAME 78 /* longest name of a header field that is still looked at */

/* What the command line asks for. */
typedef struct mfpmail_sendmail_s {
  enum { MFPMAIL_SENDMAIL_SEND, MFPMAIL_SENDMAIL_QUEUE, MFPMAIL_SENDMAIL_NOTHING } act;
  bool takes_header_recipients; /* -t */
  bool ignores_dots;            /* -i, -oi */
  const char *reverse_path;     /* -f; NULL if not said, "" for <> */
  const char *full_name;        /* -F; NULL if not said */
  char recipients[MFPMAIL_MAX_RECIPIENTS][MFPMAIL_MAX_ADDRESS + 1];
  size_t recipient_count;
  const char *mistake; /* Sentence; NULL if there is none */
} mfpmail_sendmail_t;

/* Reads a command line as sendmail does. I: argv, not changed; strings of the result point into it. */
void mfpmail_sendmail_read(mfpmail_sendmail_t *sendmail, int argc, char *const *argv);
/* Adds the addresses of one word: "a@b", "<a@b>", "Name <a@b>, c@d". O: false if it is none, or too many. */
bool mfpmail_sendmail_add_recipients(mfpmail_sendmail_t *sendmail, const char *word);
/* O: the code of sysexits.h for what came of a submission. */
int mfpmail_sendmail_exit_code(mfpmail_result_t result, const char *code);

/* Takes what a letter becomes. O: false ends the reading. */
typedef bool (*mfpmail_letter_sink_t)(void *data, const char *octets, size_t size);

/*
 * A message on its way from a Unix program: line ends become CRLF, a first line "From someone date" of a mailbox goes, a
 * lone dot ends it (unless told otherwise), and a From field is added where there is none.
 */
typedef struct mfpmail_letter_s {
  bool ignores_dots;
  const char *from;     /* Field with its CRLF, added if there is none; NULL for none */
  mfpmail_letter_sink_t sink;
  void *data;
  int at;               /* Which part of the message */
  bool has_from;
  bool is_over;         /* The lone dot came */
  bool has_failed;      /* The sink said so */
  bool has_cr;          /* The last octet was CR, not given on yet */
  char line[MFPMAIL_FIELD_NAME + 2]; /* Beginning of a line that is not judged yet */
  size_t line_length;
  bool is_judged;       /* The rest of the line only passes through */
} mfpmail_letter_t;

void mfpmail_letter_init(
    mfpmail_letter_t *letter,   /* O */
    bool ignores_dots,          /* I */
    const char *from,           /* I */
    mfpmail_letter_sink_t sink, /* I */
    void *data);                /* I: for sink */
/* O: false if no more is wanted: see is_over and has_failed. */
bool mfpmail_letter_feed(mfpmail_letter_t *letter, const char *octets, size_t size);
/* The input has ended. O: false if the sink failed. */
bool mfpmail_letter_end(mfpmail_letter_t *letter);

#endif
