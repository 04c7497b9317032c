/* mfpmail submit */
#include "command-private.h"

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

/* Asks every second; takes the job. O: exit code. */
static int wait_for(mfpmail_client_t *client, mfpmail_job_t *job, int timeout_ms) {
  char id[MFPMAIL_MAX_KEY + 1];
  const struct timespec second = {1, 0};
  mfpmail_result_t result = MFPMAIL_OK;
  (void)snprintf(id, sizeof(id), "%s", mfpmail_job_id(job));
  for (int left_s = timeout_ms / 1000; left_s > 0 && job != NULL && !has_ended(job); left_s--) {
    (void)nanosleep(&second, NULL);
    mfpmail_job_delete(job);
    result = mfpmail_client_get_job(client, id, timeout_ms, &job);
  }
  if (job == NULL) return mfpmail_print_failure(client, result);
  mfpmail_print_job(job);
  mfpmail_job_state_t state = mfpmail_job_state(job);
  mfpmail_job_delete(job);
  return state == MFPMAIL_JOB_ACCEPTED ? MFPMAIL_EXIT_DONE
         : state == MFPMAIL_JOB_HELD   ? MFPMAIL_EXIT_PERSON
         : state == MFPMAIL_JOB_FAILED || state == MFPMAIL_JOB_DELETED ? MFPMAIL_EXIT_REFUSED
                                                                        : MFPMAIL_EXIT_TEMPORARY;
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
  mfpmail_job_t *job = NULL;
  mfpmail_result_t result = mfpmail_client_submit_patiently(client, wish->ticket, timeout_ms, &job);
  if (result != MFPMAIL_OK) {
    int code = mfpmail_print_failure(client, result);
    if (result == MFPMAIL_TEMPORARY || result == MFPMAIL_UNKNOWN)
      (void)fprintf(stderr, "mfpmail: key %s\n", mfpmail_ticket_key(wish->ticket));
    return code;
  }
  if (wish->is_waiting) return wait_for(client, job, timeout_ms);
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
