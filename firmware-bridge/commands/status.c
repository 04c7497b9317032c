/* mfpmail status, cancel, watch */
#include "command-private.h"

#include <string.h>
#include <time.h>

static void print_status(const mfpmail_status_t *status) {
  char queue[160];
  (void)snprintf(queue, sizeof(queue), "%u waiting, %u sending, %u held, %u failed", mfpmail_status_waiting(status),
                 mfpmail_status_sending(status), mfpmail_status_held(status), mfpmail_status_failed(status));
  mfpmail_print_line(stdout, "state", mfpmail_status_glance(status));
  mfpmail_print_line(stdout, "lamp", mfpmail_lamp_word(mfpmail_status_lamp(status)));
  mfpmail_print_line(stdout, "sentence", mfpmail_status_sentence(status));
  mfpmail_print_line(stdout, "address", mfpmail_status_device_address(status));
  mfpmail_print_line(stdout, "account", mfpmail_status_account(status));
  mfpmail_print_line(stdout, "queue", queue);
  mfpmail_print_line(stdout, "held", mfpmail_status_hold_reason(status));
  mfpmail_print_line(stdout, "storage", mfpmail_status_storage(status));
  for (size_t n = 0; n < mfpmail_status_warning_count(status); n++)
    mfpmail_print_line(stdout, "warning", mfpmail_status_warning(status, n));
}

static int print_answer(mfpmail_client_t *client, mfpmail_result_t result, mfpmail_job_t *job) {
  if (result != MFPMAIL_OK) return mfpmail_print_failure(client, result);
  mfpmail_print_job(job);
  mfpmail_job_delete(job);
  return MFPMAIL_EXIT_DONE;
}

int mfpmail_command_status(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms) {
  static const char *const flags[] = {NULL};
  const char *name = "";
  const char *value = NULL;
  mfpmail_job_t *job = NULL;
  int got = mfpmail_words_option(&words, flags, &name, &value);
  if (got != 0 && (got < 0 || strcmp(name, "key") != 0)) return mfpmail_print_usage("no such option", name);
  if (words.count > (got == 0 ? 1 : 0)) return mfpmail_print_usage("one job at most", words.words[0]);
  mfpmail_result_t result;
  if (got != 0 || words.count == 1) {
    result = got != 0 ? mfpmail_client_find_job(client, value, timeout_ms, &job)
                      : mfpmail_client_get_job(client, words.words[0], timeout_ms, &job);
    return print_answer(client, result, job);
  }
  mfpmail_status_t *status = NULL;
  result = mfpmail_client_get_status(client, timeout_ms, &status);
  if (result != MFPMAIL_OK) return mfpmail_print_failure(client, result);
  print_status(status);
  mfpmail_status_delete(status);
  return MFPMAIL_EXIT_DONE;
}

int mfpmail_command_cancel(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms) {
  mfpmail_job_t *job = NULL;
  if (words.count != 1) return mfpmail_print_usage("cancel which job?", NULL);
  mfpmail_result_t result = mfpmail_client_cancel_job(client, words.words[0], timeout_ms, &job);
  return print_answer(client, result, job);
}

static void show_status(mfpmail_client_t *client, const mfpmail_status_t *status, void *data) {
  (void)client;
  (void)data;
  (void)printf("status %s %s: ", mfpmail_lamp_word(mfpmail_status_lamp(status)), mfpmail_status_glance(status));
  mfpmail_print_text(stdout, mfpmail_status_sentence(status));
  (void)printf(" (%u waiting, %u held)\n", mfpmail_status_waiting(status), mfpmail_status_held(status));
  (void)fflush(stdout);
}

static void show_job(mfpmail_client_t *client, const mfpmail_job_t *job, void *data) {
  (void)client;
  (void)data;
  (void)printf("job %s %s ", mfpmail_job_id(job), mfpmail_job_state_name(job));
  mfpmail_print_text(stdout, mfpmail_job_hold_reason(job)[0] != '\0' ? mfpmail_job_hold_reason(job)
                                                                     : mfpmail_job_last_reply(job));
  (void)fputc('\n', stdout);
  (void)fflush(stdout);
}

int mfpmail_command_watch(const char *socket_path, const char *language, mfpmail_words_t words) {
  const mfpmail_callbacks_t callbacks = {
      .size = sizeof(callbacks), .data = NULL, .done = NULL, .progress = NULL, .status = show_status, .job = show_job,
      .panel = NULL};
  const struct timespec second = {1, 0};
  if (words.count > 0) return mfpmail_print_usage("watch takes no words", words.words[0]);
  mfpmail_client_t *client = mfpmail_client_create(socket_path, &callbacks);
  if (client == NULL) return mfpmail_print_usage("the path of the socket is too long", NULL);
  mfpmail_result_t result = mfpmail_client_set_language(client, language);
  /* A restart of the agent is bridged: the stream begins anew, with a whole status. */
  for (int fruitless = 0; result != MFPMAIL_USAGE && result != MFPMAIL_REFUSED && fruitless < 10; fruitless++) {
    result = mfpmail_client_start_events(client, 0, 0);
    while (result == MFPMAIL_RUNNING && !ferror(stdout)) {
      result = mfpmail_client_run(client, 60000);
      if (result == MFPMAIL_RUNNING) fruitless = 0;
    }
    if (ferror(stdout)) break; /* whoever read us has gone */
    (void)nanosleep(&second, NULL);
  }
  int code = ferror(stdout) ? MFPMAIL_EXIT_DONE : mfpmail_print_failure(client, result);
  mfpmail_client_delete(client);
  return code;
}
