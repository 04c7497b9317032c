/* mfpmail_client_submit_patiently() against an agent in a process of its own that does another thing for each caller. */
#include "check.h"

#include "client-private.h"
#include "scene.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOB "Content-Length: 19\r\n\r\n{\"queueId\":\"01hyr\"}"
#define NO_JOB "HTTP/1.1 404 x\r\nContent-Length: 49\r\n\r\n{\"error\":{\"code\":\"job-not-found\",\"message\":\"no\"}}\n"

typedef struct visit_s {
  const char *first_line; /* What the caller must begin with; "": whatever it says before it breaks off */
  const char *answer;     /* NULL: hang up after the whole request; "": hang up at once */
  bool takes_file;        /* Removes the file before hanging up */
} visit_t;

/* O: what the pretend agent's process exits with: 0 if all came as written. */
static int serve(int listen_fd, const visit_t *visits, const char *path) {
  static char heard[100000];
  for (; visits->first_line != NULL; visits++) {
    int fd = accept(listen_fd, NULL, NULL);
    size_t size = 0;
    if (fd < 0) return 2;
    if (visits->first_line[0] == '\0') {
      while (read(fd, heard, sizeof(heard)) > 0) continue;
      (void)close(fd);
      continue;
    }
    bool is_get = visits->first_line[0] == 'G';
    while (visits->answer == NULL || visits->answer[0] != '\0') {
      ssize_t got = read(fd, heard + size, sizeof(heard) - size - 1);
      if (got <= 0) return 3;
      size += (size_t)got;
      heard[size] = '\0';
      if (strcmp(heard + size - (is_get ? 4 : 5), is_get ? "\r\n\r\n" : "0\r\n\r\n") == 0) break;
    }
    if (size > 0 && strncmp(heard, visits->first_line, strlen(visits->first_line)) != 0) return 4;
    if (size > 0 && !is_get && strstr(heard, "Idempotency-Key: key-1\r\n") == NULL) return 5;
    /* Each try sends all of it, from where the descriptor stood. */
    if (size > 0 && !is_get && strstr(heard, "\r\ne\r\nSubject: x\r\n\r\n\r\n0\r\n") == NULL) return 8;
    if (visits->answer != NULL && visits->answer[0] != '\0' &&
        send(fd, visits->answer, strlen(visits->answer), MSG_NOSIGNAL) < 0)
      return 6;
    if (visits->takes_file && unlink(path) != 0) return 7;
    (void)close(fd);
  }
  return 0;
}

typedef struct row_s {
  const char *about;
  enum { FILE_FD, PIPE, FILE_PATH } kind;
  int timeout_ms;
  visit_t visits[5];
  mfpmail_result_t result;
  const char *code;
  int least_ms; /* That it must have waited */
} row_t;

static const row_t rows[] = {
    {"at once", FILE_FD, 5000, {{"POST /v1/messages", "HTTP/1.1 201 x\r\n" JOB, false}}, MFPMAIL_OK, "", 0},
    {"full, then not", FILE_FD, 5000, {{"POST /v1/messages", "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n", false}, {"POST /v1/messages", "HTTP/1.1 201 x\r\n" JOB, false}}, MFPMAIL_OK, "", 250},
    {"full, and says for how long", FILE_FD, 9000, {{"POST /v1/messages", "HTTP/1.1 503 x\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n", false}, {"POST /v1/messages", "HTTP/1.1 201 x\r\n" JOB, false}}, MFPMAIL_OK, "", 1000},
    {"answer lost, then no time is left", FILE_FD, 5000, {{"POST /v1/messages", NULL, false}, {"POST /v1/messages", "HTTP/1.1 503 x\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n", false}}, MFPMAIL_UNKNOWN, "internal", 0},
    {"answer lost, then told that it is a repeat", FILE_FD, 5000, {{"POST /v1/messages", NULL, false}, {"POST /v1/messages", "HTTP/1.1 200 x\r\n" JOB, false}}, MFPMAIL_OK, "", 0},
    {"a refusal is final", FILE_FD, 5000, {{"POST /v1/messages", "HTTP/1.1 422 x\r\nContent-Length: 0\r\n\r\n", false}}, MFPMAIL_REFUSED, "bad-request", 0},
    {"Retry-After is longer than our time", FILE_FD, 900, {{"POST /v1/messages", "HTTP/1.1 503 x\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n", false}}, MFPMAIL_TEMPORARY, "internal", 0},
    {"a pipe, answer lost: the key is known", PIPE, 5000, {{"POST /v1/messages", NULL, false}, {"GET /v1/jobs/by-key/key-1 ", "HTTP/1.1 200 x\r\n" JOB, false}}, MFPMAIL_OK, "", 0},
    {"a pipe, answer lost twice", PIPE, 5000, {{"POST /v1/messages", NULL, false}, {"GET /v1/jobs/by-key/key-1 ", NULL, false}, {"GET /v1/jobs/by-key/key-1 ", "HTTP/1.1 200 x\r\n" JOB, false}}, MFPMAIL_OK, "", 0},
    {"a pipe, answer lost: nobody knows the key", PIPE, 5000, {{"POST /v1/messages", NULL, false}, {"GET /v1/jobs/by-key/key-1 ", NO_JOB, false}}, MFPMAIL_TEMPORARY, "source-spent", 0},
    {"answer lost, file gone: the key is known", FILE_PATH, 5000, {{"POST /v1/messages", NULL, true}, {"", "", false}, {"GET /v1/jobs/by-key/key-1 ", "HTTP/1.1 200 x\r\n" JOB, false}}, MFPMAIL_OK, "", 0},
    {"answer lost, file gone: nobody knows the key", FILE_PATH, 5000, {{"POST /v1/messages", NULL, true}, {"", "", false}, {"GET /v1/jobs/by-key/key-1 ", NO_JOB, false}}, MFPMAIL_USAGE, "source-failed", 0},
    {"answer lost, file gone: nobody can say", FILE_PATH, 5000, {{"POST /v1/messages", NULL, true}, {"", "", false}, {"GET /v1/jobs/by-key/key-1 ", "HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n", false}}, MFPMAIL_UNKNOWN, "connection-lost", 0},
    {"answer lost, then refused: the key is known", FILE_FD, 5000, {{"POST /v1/messages", NULL, false}, {"POST /v1/messages", "HTTP/1.1 422 x\r\nContent-Length: 0\r\n\r\n", false}, {"GET /v1/jobs/by-key/key-1 ", "HTTP/1.1 200 x\r\n" JOB, false}}, MFPMAIL_OK, "", 0},
    {"a pipe, surely refused for now", PIPE, 5000, {{"POST /v1/messages", "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n", false}}, MFPMAIL_TEMPORARY, "internal", 0},
};

static void play(const row_t *row) {
  scene_t scene;
  int ends[2];
  int status = 0;
  char path[] = "/tmp/mfpmail-test-message-XXXXXX";
  scene_open(&scene, NULL);
  (void)fcntl(scene.listen_fd, F_SETFL, 0);
  int file = mkstemp(path);
  CHECK(file >= 0 && pipe(ends) == 0);
  if (row->kind == FILE_FD) CHECK(write(file, "not this", 8) == 8);
  CHECK(write(row->kind == PIPE ? ends[1] : file, "Subject: x\r\n\r\n", 14) == 14);
  (void)close(ends[1]);
  (void)lseek(file, row->kind == FILE_FD ? 8 : 0, SEEK_SET);
  pid_t agent = fork();
  if (agent == 0) {
    (void)alarm(20);
    _exit(serve(scene.listen_fd, row->visits, path));
  }
  mfpmail_ticket_t *ticket = mfpmail_ticket_create();
  mfpmail_job_t *job = NULL;
  (void)mfpmail_ticket_set_key(ticket, "key-1");
  if (row->kind == FILE_PATH)
    (void)mfpmail_ticket_set_message(ticket, path);
  else
    (void)mfpmail_ticket_set_message_fd(ticket, row->kind == PIPE ? ends[0] : file);
  int64_t started_ms = mfpmail_now_ms();
  CHECK_NUMBER(mfpmail_client_submit_patiently(scene.client, ticket, row->timeout_ms, &job), row->result);
  CHECK(mfpmail_now_ms() - started_ms >= row->least_ms);
  CHECK_TEXT(mfpmail_client_code(scene.client), row->code);
  CHECK((job != NULL) == (row->result == MFPMAIL_OK));
  mfpmail_job_delete(job);
  mfpmail_ticket_delete(ticket);
  CHECK(waitpid(agent, &status, 0) == agent);
  CHECK(WIFEXITED(status));
  CHECK_NUMBER(WEXITSTATUS(status), 0);
  (void)close(file);
  (void)close(ends[0]);
  (void)unlink(path);
  scene_close(&scene);
}

void test_patience(void) {
  for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
    check_about(rows[n].about);
    play(&rows[n]);
  }
  check_about("nobody there until the time is up");
  mfpmail_client_t *client = mfpmail_client_create("/tmp/mfpmail-test-nobody/agent.sock", NULL);
  mfpmail_ticket_t *ticket = mfpmail_ticket_create();
  (void)mfpmail_ticket_set_message(ticket, "/dev/null");
  CHECK_NUMBER(mfpmail_client_submit_patiently(client, ticket, 600, NULL), MFPMAIL_TEMPORARY);
  CHECK_TEXT(mfpmail_client_code(client), "daemon-not-running");
  mfpmail_ticket_delete(ticket);
  mfpmail_client_delete(client);
}
