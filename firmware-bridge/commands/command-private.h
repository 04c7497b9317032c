/* What the commands of mfpmail share. */
#ifndef MFPMAIL_COMMAND_PRIVATE_H
#define MFPMAIL_COMMAND_PRIVATE_H

#include "mfpmail.h"

#include <stdio.h>

/* What the shell sees. */
enum {
  MFPMAIL_EXIT_DONE = 0,
  MFPMAIL_EXIT_REFUSED = 1,   /* The agent refused, or the job has failed */
  MFPMAIL_EXIT_USAGE = 2,     /* The command line is wrong, or a file cannot be read */
  MFPMAIL_EXIT_TEMPORARY = 3, /* The agent is not there, or cannot now; try again */
  MFPMAIL_EXIT_PERSON = 4,    /* A person must act first: sign in, agree to a consequence */
  MFPMAIL_EXIT_UNKNOWN = 5,   /* Perhaps done: try again with the same --key */
  MFPMAIL_EXIT_ACCEPTED = 6   /* Only of --wait: safe with the agent, not sent yet; not to be submitted again */
};

typedef struct mfpmail_words_s {
  char **words; /* Of the command line, from the first that was not read */
  int count;
} mfpmail_words_t;

/*
 * Reads one option, "--name value" or "--name=value". Words that are none, and all behind "--", are left.
 * O: 1 one was read, 0 there is none here, -1 it has no value though it needs one.
 */
int mfpmail_words_option(
    mfpmail_words_t *words,   /* IO */
    const char *const *flags, /* I: names of the options without a value; NULL at the end */
    const char **name,        /* O: without the dashes */
    const char **value);      /* O: NULL of a flag */

/* Prints text from outside without what could steer a terminal: control characters become "?". */
void mfpmail_print_text(FILE *file, const char *text);
/* "name:   text", if there is text. */
void mfpmail_print_line(FILE *file, const char *name, const char *text);
/* One job as a few lines. */
void mfpmail_print_job(const mfpmail_job_t *job);
/* The display, framed. */
void mfpmail_print_panel(const mfpmail_panel_t *panel);
const char *mfpmail_lamp_word(mfpmail_lamp_t lamp);
/* Says why the last call failed. O: the exit code. */
int mfpmail_print_failure(const mfpmail_client_t *client, mfpmail_result_t result);
/* Prints "mfpmail: sentence" and where help is. O: MFPMAIL_EXIT_USAGE. */
int mfpmail_print_usage(const char *sentence, const char *word);
/* O: a whole number of at most limit; -1 if it is none. */
int mfpmail_number(const char *text, int limit);

/* The commands. I: client, options and words of their own, longest wait of a call. O: exit code. */
int mfpmail_command_submit(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms);
int mfpmail_command_status(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms);
int mfpmail_command_cancel(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms);
int mfpmail_command_sign_in(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms);
int mfpmail_command_panel(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms);
int mfpmail_command_device_address(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms);
int mfpmail_command_smtp_server(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms);
/* Has a client of its own: its callbacks print. */
int mfpmail_command_watch(const char *socket_path, const char *language, mfpmail_words_t words);

#endif
