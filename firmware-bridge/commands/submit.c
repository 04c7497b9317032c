/* mfpmail submit */
#include "command-private.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct mfpmail_wish_s {
  mfpmail_ticket_t *ticket;
  const char *name;    /* Of standard input, and of the next file */
  const char *type;    /* Of the files from here on */
  const char *message; /* Path of a complete message, "-" for standard input */
  const char *user, *user_address;
  bool is_waiting; /* --wait: until the job has ended */
} mfpmail_wish_t;

/* O: false if there is no such option. What its value is worth the ticket says when it is submitted. */
static bool take_option(mfpmail_wish_t *wish, const char *name, const char *value) {
  static const struct {
    const char *name;
    mfpmail_result_t (*set)(mfpmail_ticket_t *ticket, const char *value);
  } setters[] = {
      {"to", mfpmail_ticket_add_to},
      {"cc", mfpmail_ticket_add_cc},
      {"bcc", mfpmail_ticket_add_bcc},
      {"subject", mfpmail_ticket_set_subject},
      {"text", mfpmail_ticket_set_text},
      {"file-name", mfpmail_ticket_set_file_name},
      {"header-from", mfpmail_ticket_set_header_from},
      {"key", mfpmail_ticket_set_key},
      {"reverse-path", mfpmail_ticket_set_reverse_path},
  };
  for (size_t n = 0; n < sizeof(setters) / sizeof(setters[0]); n++) {
    if (strcmp(setters[n].name, name) != 0) continue;
    (void)setters[n].set(wish->ticket, value);
    return true;
  }
  if (strcmp(name, "wait") == 0)
    wish->is_waiting = true;
  else if (strcmp(name, "name") == 0)
    wish->name = value;
  else if (strcmp(name, "type") == 0)
    wish->type = value;
  else if (strcmp(name, "message") == 0)
    wish->message = value;
  else if (strcmp(name, "user") == 0)
    wish->user = value;
  else if (strcmp(name, "user-address") == 0)
    wish->user_address = value;
  else
    return false;
  return true;
}

static void add_file(mfpmail_wish_t *wish, const char *path) {
  if (strcmp(path, "-") == 0)
    (void)mfpmail_ticket_add_file_fd(wish->ticket, STDIN_FILENO, wish->name == NULL ? "scan" : wish->name, wish->type);
  else
    (void)mfpmail_ticket_add_file(wish->ticket, path, wish->name, wish->type);
  wish->name = NULL;
}

static bool has_ended(const mfpmail_job_t *job) {
  mfpmail_job_state_t state = mfpmail_job_state(job);
  return state != MFPMAIL_JOB_WAITING && state != MFPMAIL_JOB_SENDING;
}

static int64_t now_ms(void) {
  struct timespec now = {0, 0};
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * Asks every second; takes the job. The job is safe by now: whatever goes wrong here must not look like "try again", or a
 * script that does so makes a second one. O: exit code.
 */
static int wait_for(mfpmail_client_t *client, mfpmail_job_t *job, const char *key, int64_t end_ms) {
  const struct timespec second = {1, 0};
  mfpmail_result_t result = MFPMAIL_OK;
  while (!has_ended(job)) {
    mfpmail_job_t *next = NULL;
    int64_t left_ms = end_ms - now_ms();
    if (left_ms <= 0) break;
    (void)nanosleep(&second, NULL);
    result = mfpmail_client_get_job(client, mfpmail_job_id(job), left_ms > INT_MAX ? INT_MAX : (int)left_ms, &next);
    if (result == MFPMAIL_OK) {
      mfpmail_job_delete(job);
      job = next;
    } else if (result != MFPMAIL_TEMPORARY) {
      break; /* A restart passes; that it knows no such job, or that we may not ask, does not. */
    }
  }
  mfpmail_print_job(job);
  mfpmail_job_state_t state = mfpmail_job_state(job);
  bool is_over = has_ended(job);
  mfpmail_job_delete(job);
  if (!is_over) {
    if (result != MFPMAIL_OK) (void)mfpmail_print_failure(client, result);
    (void)fprintf(stderr, "mfpmail: safe with the agent, not sent yet; do not submit it again\nmfpmail: key %s\n", key);
    return MFPMAIL_EXIT_ACCEPTED;
  }
  return state == MFPMAIL_JOB_ACCEPTED ? MFPMAIL_EXIT_DONE
         : state == MFPMAIL_JOB_HELD   ? MFPMAIL_EXIT_PERSON
                                       : MFPMAIL_EXIT_REFUSED;
}

static int submit(mfpmail_client_t *client, mfpmail_wish_t *wish, mfpmail_words_t words, int timeout_ms) {
  static const char *const flags[] = {"wait", NULL};
  const char *name;
  const char *value;
  for (;;) {
    int got = mfpmail_words_option(&words, flags, &name, &value);
    if (got == 0) break;
    if (got < 0 || (value == NULL && strcmp(name, "wait") != 0)) return mfpmail_print_usage("a value is missing", name);
    if (!take_option(wish, name, value)) return mfpmail_print_usage("no such option", name);
  }
  for (int n = 0; n < words.count; n++) add_file(wish, words.words[n]);
  if (wish->user != NULL || wish->user_address != NULL)
    (void)mfpmail_ticket_set_requesting_user(wish->ticket, wish->user == NULL ? "" : wish->user,
                                             wish->user_address == NULL ? "" : wish->user_address);
  if (wish->message != NULL)
    (void)(strcmp(wish->message, "-") == 0 ? mfpmail_ticket_set_message_fd(wish->ticket, STDIN_FILENO)
                                           : mfpmail_ticket_set_message(wish->ticket, wish->message));
  int64_t end_ms = now_ms() + timeout_ms;
  mfpmail_job_t *job = NULL;
  mfpmail_result_t result = mfpmail_client_submit_patiently(client, wish->ticket, timeout_ms, &job);
  if (result != MFPMAIL_OK) {
    int code = mfpmail_print_failure(client, result);
    if (result == MFPMAIL_TEMPORARY || result == MFPMAIL_UNKNOWN)
      (void)fprintf(stderr, "mfpmail: key %s\n", mfpmail_ticket_key(wish->ticket));
    return code;
  }
  if (wish->is_waiting) return wait_for(client, job, mfpmail_ticket_key(wish->ticket), end_ms);
  mfpmail_print_job(job);
  mfpmail_job_delete(job);
  return MFPMAIL_EXIT_DONE;
}

int mfpmail_command_submit(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms) {
  mfpmail_wish_t wish = {NULL, NULL, NULL, NULL, NULL, NULL, false};
  wish.ticket = mfpmail_ticket_create();
  if (wish.ticket == NULL) return mfpmail_print_usage("no memory is left", NULL);
  int code = submit(client, &wish, words, timeout_ms);
  mfpmail_ticket_delete(wish.ticket);
  return code;
}
