/* Submitting: where the octets come from, and what an agent does in the middle of it. */
#include "check.h"

#include "scene.h"
#include "ticket-private.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const char created[] = "HTTP/1.1 201 Created\r\nContent-Length: 19\r\n\r\n{\"queueId\":\"01hyr\"}";
static const char repeated[] = "HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{\"queueId\":\"01hyr\"}";
#define LAST_CHUNK "0\r\n\r\n"

static mfpmail_ticket_t *ticket_to_anna(void) {
  mfpmail_ticket_t *ticket = mfpmail_ticket_create();
  if (ticket == NULL) abort();
  CHECK_NUMBER(mfpmail_ticket_add_to(ticket, "anna@contoso.com"), MFPMAIL_OK);
  return ticket;
}

static void make_file(const char *path, size_t size) {
  FILE *file = fopen(path, "w");
  if (file == NULL) abort();
  for (size_t n = 0; n < size; n++) (void)fputc((int)(n * 7 % 251), file);
  (void)fclose(file);
}

/* The body has the files of make_file() between the right lines. */
static void check_body(const scene_t *scene, const mfpmail_ticket_t *ticket, const char *head, size_t file_size) {
  size_t size;
  char *body = scene_body(scene, &size);
  if (!CHECK(body != NULL)) return;
  char *start = strstr(body, head);
  if (CHECK(start != NULL)) {
    start += strlen(head);
    size_t wrong = 0;
    for (size_t n = 0; n < file_size; n++)
      if ((unsigned char)start[n] != n * 7 % 251) wrong++;
    CHECK_NUMBER(wrong, 0);
    char tail[100];
    (void)snprintf(tail, sizeof(tail), "\r\n--%s--\r\n", ticket->boundary);
    CHECK(strcmp(start + file_size, tail) == 0);
  }
  free(body);
}

#define PDF_HEAD "Content-Disposition: form-data; name=\"file\"; filename=\"scan.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"

static void test_path(size_t size) {
  char path[120];
  scene_t scene;
  mfpmail_ticket_t *ticket = ticket_to_anna();
  scene_open(&scene, NULL);
  (void)snprintf(path, sizeof(path), "%s/scan.pdf", scene.dir);
  make_file(path, size);
  CHECK_NUMBER(mfpmail_ticket_add_file(ticket, path, NULL, "application/pdf"), MFPMAIL_OK);
  CHECK_NUMBER(mfpmail_client_start_submit(scene.client, ticket, 0), MFPMAIL_RUNNING);
  CHECK_NUMBER(scene_hear(&scene, LAST_CHUNK), MFPMAIL_RUNNING);
  check_body(&scene, ticket, PDF_HEAD, size);
  CHECK_NUMBER(scene_say(&scene, created, sizeof(created) - 1, 3), MFPMAIL_OK);
  mfpmail_job_t *job = mfpmail_client_take_job(scene.client);
  if (CHECK(job != NULL)) CHECK(strcmp(mfpmail_job_id(job), "01hyr") == 0 && !mfpmail_job_is_repeat(job));
  mfpmail_job_delete(job);
  /* The same ticket once more: the same octets, and the agent says that it has them. */
  scene_hang_up(&scene);
  mfpmail_buffer_clear(&scene.heard);
  CHECK_NUMBER(mfpmail_client_start_submit(scene.client, ticket, 0), MFPMAIL_RUNNING);
  CHECK_NUMBER(scene_hear(&scene, LAST_CHUNK), MFPMAIL_RUNNING);
  check_body(&scene, ticket, PDF_HEAD, size);
  CHECK_NUMBER(scene_say(&scene, repeated, sizeof(repeated) - 1, 3), MFPMAIL_OK);
  job = mfpmail_client_take_job(scene.client);
  CHECK(job != NULL && mfpmail_job_is_repeat(job) && mfpmail_client_take_job(scene.client) == NULL);
  mfpmail_job_delete(job);
  (void)unlink(path);
  mfpmail_ticket_delete(ticket);
  scene_close(&scene);
}

static void test_bad_paths(void) {
  char path[120];
  scene_t scene;
  scene_open(&scene, NULL);
  const char *const names[] = {"missing", "fifo", "folder", "cut", "growing"};
  for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
    check_about(names[n]);
    mfpmail_ticket_t *ticket = ticket_to_anna();
    (void)snprintf(path, sizeof(path), "%s/%s", scene.dir, names[n]);
    if (n == 1) CHECK(mkfifo(path, 0600) == 0);
    if (n == 2) CHECK(mkdir(path, 0700) == 0);
    if (n > 2) make_file(path, 3000000);
    CHECK_NUMBER(mfpmail_ticket_add_file(ticket, path, NULL, NULL), MFPMAIL_OK);
    CHECK_NUMBER(mfpmail_client_start_submit(scene.client, ticket, 0), MFPMAIL_RUNNING);
    mfpmail_result_t result = MFPMAIL_RUNNING;
    if (n > 2) {
      /* Some pieces have been read when the file changes under us. */
      result = mfpmail_client_step(scene.client);
      int fd = open(path, O_WRONLY | O_APPEND);
      if (n == 3) CHECK(ftruncate(fd, 100000) == 0);
      if (n == 4) CHECK(write(fd, "more", 4) == 4);
      (void)close(fd);
    }
    if (result == MFPMAIL_RUNNING) result = scene_end(&scene);
    CHECK_NUMBER(result, MFPMAIL_USAGE);
    CHECK_TEXT(mfpmail_client_code(scene.client), "source-failed");
    /* The agent has an upload without an end: no job. */
    CHECK(scene.heard.length < 5 || memcmp(scene.heard.text + scene.heard.length - 5, LAST_CHUNK, 5) != 0);
    scene_hang_up(&scene);
    mfpmail_buffer_clear(&scene.heard);
    mfpmail_ticket_delete(ticket);
    if (n == 2)
      (void)rmdir(path);
    else
      (void)unlink(path);
  }
  scene_close(&scene);
}

static void test_pipe(void) {
  int ends[2];
  scene_t scene;
  check_about("a pipe that gives its data late");
  scene_open(&scene, NULL);
  CHECK(pipe(ends) == 0);
  mfpmail_ticket_t *ticket = mfpmail_ticket_create();
  CHECK_NUMBER(mfpmail_ticket_set_message_fd(ticket, ends[0]), MFPMAIL_OK);
  CHECK_NUMBER(mfpmail_ticket_set_reverse_path(ticket, "d+e@f"), MFPMAIL_OK);
  CHECK_NUMBER(mfpmail_ticket_add_to(ticket, "a@b"), MFPMAIL_OK);
  CHECK_NUMBER(mfpmail_ticket_add_bcc(ticket, "c@d"), MFPMAIL_OK);
  CHECK_NUMBER(mfpmail_ticket_set_key(ticket, "key.1"), MFPMAIL_OK);
  CHECK_NUMBER(mfpmail_client_start_submit(scene.client, ticket, 0), MFPMAIL_RUNNING);
  CHECK_NUMBER(scene_hear(&scene, "\r\n\r\n"), MFPMAIL_RUNNING);
  CHECK_TEXT(mfpmail_buffer_text(&scene.heard),
             "POST /v1/messages?reversePath=d%2Be%40f&to=a%40b&to=c%40d HTTP/1.1\r\nHost: mfp-mail-agent\r\n"
             "Idempotency-Key: key.1\r\nContent-Type: message/rfc822\r\nTransfer-Encoding: chunked\r\n\r\n");
  (void)mfpmail_client_step(scene.client);
  CHECK_NUMBER(mfpmail_client_wants(scene.client), MFPMAIL_WANTS_READ); /* nothing to write: no busy loop */
  CHECK(mfpmail_client_wait_ms(scene.client) <= 20);
  CHECK(write(ends[1], "Subject: x\r\n\r\n", 14) == 14);
  CHECK_NUMBER(scene_hear(&scene, "\r\ne\r\nSubject: x\r\n\r\n\r\n"), MFPMAIL_RUNNING);
  (void)close(ends[1]);
  CHECK_NUMBER(scene_hear(&scene, LAST_CHUNK), MFPMAIL_RUNNING);
  scene_hang_up(&scene);
  CHECK_NUMBER(scene_end(&scene), MFPMAIL_UNKNOWN);
  /* It cannot be read again, and that is said before anything is sent. */
  CHECK_NUMBER(mfpmail_client_submit(scene.client, ticket, 100, NULL), MFPMAIL_USAGE);
  CHECK_TEXT(mfpmail_client_code(scene.client), "source-spent");
  (void)close(ends[0]);
  mfpmail_ticket_delete(ticket);
  scene_close(&scene);
}

typedef struct giver_s {
  int calls, fails_at, lies_at;
  int most; /* 0: three pieces, with waits between; else so many, without */
  uint64_t progress;
  mfpmail_result_t inner;
} giver_t;

static ssize_t give(void *data, void *buffer, size_t size) {
  giver_t *giver = data;
  giver->calls++;
  if (giver->calls == giver->fails_at) return MFPMAIL_READ_FAILED;
  if (giver->calls == giver->lies_at) return (ssize_t)size + 1;
  if (giver->most == 0 && giver->calls % 2 == 1) return MFPMAIL_READ_AGAIN;
  if (giver->calls > (giver->most == 0 ? 6 : giver->most)) return 0;
  memcpy(buffer, "page.", 5);
  return 5;
}

static bool begin_anew(void *data) {
  ((giver_t *)data)->calls = 0;
  return true;
}

static void on_progress(mfpmail_client_t *client, uint64_t octets, void *data) {
  ((giver_t *)data)->progress = octets;
  ((giver_t *)data)->inner = mfpmail_client_abort(client); /* not from here */
}

static void test_callback(void) {
  giver_t giver = {0, 0, 0, 0, 0, MFPMAIL_OK};
  const mfpmail_callbacks_t callbacks = {sizeof(callbacks), &giver, NULL, on_progress, NULL, NULL, NULL};
  scene_t scene;
  check_about("a function that makes pages while they are sent");
  scene_open(&scene, &callbacks);
  mfpmail_ticket_t *ticket = ticket_to_anna();
  CHECK_NUMBER(mfpmail_ticket_add_file_callback(ticket, give, begin_anew, &giver, "a\"b\\c\n.pdf", "application/pdf"), MFPMAIL_OK);
  for (int round = 0; round < 2; round++) {
    CHECK_NUMBER(mfpmail_client_start_submit(scene.client, ticket, 0), MFPMAIL_RUNNING);
    CHECK_NUMBER(scene_hear(&scene, LAST_CHUNK), MFPMAIL_RUNNING);
    size_t size;
    char *body = scene_body(&scene, &size);
    CHECK(body != NULL && strstr(body, "filename=\"a_b_c_.pdf\"\r\nContent-Type: application/pdf\r\n\r\npage.page.page.\r\n--") != NULL);
    CHECK(giver.progress == size);
    CHECK_NUMBER(giver.inner, MFPMAIL_USAGE);
    free(body);
    CHECK_NUMBER(scene_say(&scene, created, sizeof(created) - 1, 1000), MFPMAIL_OK);
    scene_hang_up(&scene);
    mfpmail_buffer_clear(&scene.heard);
  }
  check_about("one step is short, however fast the agent is");
  giver.calls = 0;
  giver.most = 1000;
  CHECK_NUMBER(mfpmail_client_start_submit(scene.client, ticket, 0), MFPMAIL_RUNNING);
  CHECK_NUMBER(mfpmail_client_step(scene.client), MFPMAIL_RUNNING);
  CHECK(giver.calls > 3 && giver.calls <= 16);
  CHECK_NUMBER(mfpmail_client_abort(scene.client), MFPMAIL_TEMPORARY);
  (void)scene_end(&scene);
  scene_hang_up(&scene);
  giver.most = 0;
  check_about("a function that fails, or lies");
  for (int round = 0; round < 2; round++) {
    giver.fails_at = round == 0 ? 4 : 0;
    giver.lies_at = round == 1 ? 4 : 0;
    CHECK_NUMBER(mfpmail_client_start_submit(scene.client, ticket, 0), MFPMAIL_RUNNING);
    CHECK_NUMBER(scene_end(&scene), MFPMAIL_USAGE);
    CHECK_TEXT(mfpmail_client_code(scene.client), "source-failed");
    scene_hang_up(&scene);
  }
  mfpmail_ticket_delete(ticket);
  scene_close(&scene);
}

/* O: descriptors that a program we start would get. */
static int inherited(void) {
  int count = 0;
  for (int fd = 3; fd < 256; fd++) {
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0 && (flags & FD_CLOEXEC) == 0) count++;
  }
  return count;
}

static void test_in_the_middle(void) {
  char path[120];
  scene_t scene;
  mfpmail_ticket_t *ticket = ticket_to_anna();
  static const char refusal[] =
      "HTTP/1.1 413 x\r\nConnection: close\r\nContent-Length: 52\r\n\r\n{\"error\":{\"code\":\"message-too-large\",\"message\":\"M\"}}";
  scene_open(&scene, NULL);
  (void)snprintf(path, sizeof(path), "%s/scan.pdf", scene.dir);
  make_file(path, 3000000);
  (void)mfpmail_ticket_add_file(ticket, path, NULL, NULL);
  check_about("what was said of another call counts no more");
  CHECK_NUMBER(mfpmail_client_cancel_job(scene.client, "01hyr", 30, NULL), MFPMAIL_UNKNOWN);
  scene.fd = accept(scene.listen_fd, NULL, NULL);
  scene_hang_up(&scene);
  check_about("the agent dies while files come in: surely no job");
  int before = inherited();
  (void)mfpmail_client_start_submit(scene.client, ticket, 0);
  (void)mfpmail_client_step(scene.client);
  /* Neither socket nor file is for what the firmware starts meanwhile. */
  CHECK(mfpmail_client_fd(scene.client) >= 0);
  CHECK_NUMBER(inherited(), before);
  scene.fd = accept(scene.listen_fd, NULL, NULL);
  scene_hang_up(&scene);
  CHECK_NUMBER(scene_end(&scene), MFPMAIL_TEMPORARY);
  CHECK_TEXT(mfpmail_client_code(scene.client), "connection-lost");
  for (int closes = 0; closes < 2; closes++) {
    check_about(closes ? "refused in the middle, connection closed with our octets unread" : "refused in the middle");
    (void)mfpmail_client_start_submit(scene.client, ticket, 0);
    (void)mfpmail_client_step(scene.client);
    scene.fd = accept(scene.listen_fd, NULL, NULL);
    CHECK(send(scene.fd, refusal, sizeof(refusal) - 1, MSG_NOSIGNAL) == (ssize_t)sizeof(refusal) - 1);
    if (closes) scene_hang_up(&scene);
    CHECK_NUMBER(mfpmail_client_run(scene.client, 2000), MFPMAIL_REFUSED);
    CHECK_TEXT(mfpmail_client_code(scene.client), "message-too-large");
    scene_hang_up(&scene);
  }
  check_about("an agent that reads no more: the time is up, surely no job");
  CHECK_NUMBER(mfpmail_client_submit(scene.client, ticket, 50, NULL), MFPMAIL_TEMPORARY);
  CHECK_TEXT(mfpmail_client_code(scene.client), "timeout");
  check_about("a ticket that is sent by two clients at once, and deleted in the middle");
  mfpmail_client_t *other = mfpmail_client_create(scene.path, NULL);
  mfpmail_ticket_t *gone = ticket_to_anna();
  (void)mfpmail_ticket_add_file(gone, path, NULL, NULL);
  (void)mfpmail_client_start_submit(scene.client, gone, 0);
  (void)mfpmail_client_step(scene.client);
  CHECK_NUMBER(mfpmail_client_submit(other, gone, 50, NULL), MFPMAIL_USAGE);
  mfpmail_client_delete(other);
  mfpmail_ticket_delete(gone);
  CHECK_NUMBER(scene_end(&scene), MFPMAIL_USAGE);
  CHECK_TEXT(mfpmail_client_code(scene.client), "source-failed");
  scene_hang_up(&scene);
  check_about("given up in the middle");
  (void)mfpmail_client_start_submit(scene.client, ticket, 0);
  (void)mfpmail_client_step(scene.client);
  CHECK_NUMBER(mfpmail_client_abort(scene.client), MFPMAIL_TEMPORARY);
  (void)unlink(path);
  mfpmail_ticket_delete(ticket);
  scene_close(&scene);
}

/* More JSON than goes into one chunk, in the largest ticket that there can be. */
static void test_long_text(void) {
  static char text[MFPMAIL_MAX_TEXT + 1];
  char key[50];
  scene_t scene;
  check_about("a long text");
  scene_open(&scene, NULL);
  mfpmail_ticket_t *ticket = ticket_to_anna();
  memset(text, 0x01, MFPMAIL_MAX_TEXT);
  CHECK_NUMBER(mfpmail_ticket_set_text(ticket, text), MFPMAIL_OK);
  /* The last one counts. */
  CHECK_NUMBER(mfpmail_ticket_set_header_from(ticket, "old@contoso.com"), MFPMAIL_OK);
  CHECK_NUMBER(mfpmail_ticket_set_header_from(ticket, "new@contoso.com"), MFPMAIL_OK);
  giver_t giver = {0, 0, 0, 1, 0, MFPMAIL_OK};
  CHECK_NUMBER(mfpmail_ticket_add_file_callback(ticket, give, NULL, &giver, "x", NULL), MFPMAIL_OK);
  for (int n = 1; n < MFPMAIL_MAX_RECIPIENTS; n++) {
    (void)snprintf(key, sizeof(key), "somebody.with.a.long.name.%d@contoso.com", n);
    CHECK_NUMBER(mfpmail_ticket_add_bcc(ticket, key), MFPMAIL_OK);
  }
  CHECK_NUMBER(mfpmail_client_start_submit(scene.client, ticket, 0), MFPMAIL_RUNNING);
  CHECK_NUMBER(scene_hear(&scene, LAST_CHUNK), MFPMAIL_RUNNING);
  size_t size;
  char *body = scene_body(&scene, &size);
  size_t octets = 0;
  const char *at = body == NULL ? NULL : strstr(body, "\\u0001");
  for (; at != NULL && strncmp(at, "\\u0001", 6) == 0; at += 6) octets++;
  CHECK_NUMBER(octets, MFPMAIL_MAX_TEXT);
  CHECK(body != NULL && strstr(body, "somebody.with.a.long.name.99@contoso.com") != NULL);
  CHECK(body != NULL && strstr(body, "\"headerFrom\":\"new@contoso.com\"") != NULL);
  free(body);
  mfpmail_ticket_delete(ticket);
  scene_close(&scene);
}

static void test_mistakes(void) {
  char longest[70000];
  mfpmail_client_t *client = mfpmail_client_create("/nowhere", NULL);
  memset(longest, 'x', sizeof(longest));
  longest[sizeof(longest) - 1] = '\0';
  for (int n = 0; n < 12; n++) {
    mfpmail_ticket_t *ticket = ticket_to_anna();
    mfpmail_result_t said = MFPMAIL_USAGE;
    check_about("mistakes in a ticket");
    if (n != 0) (void)mfpmail_ticket_add_file(ticket, "/x", "x", NULL);
    if (n == 1) said = mfpmail_ticket_add_to(ticket, "a\r\nb@c");
    if (n == 2) said = mfpmail_ticket_set_subject(ticket, "a\nBcc: b");
    if (n == 3) said = mfpmail_ticket_set_text(ticket, longest);
    if (n == 4) said = mfpmail_ticket_set_key(ticket, "a b");
    if (n == 5) said = mfpmail_ticket_add_file(ticket, "/tmp/", NULL, NULL);
    if (n == 6) said = mfpmail_ticket_add_file(ticket, "/x", "x", "a\r\nb: c");
    if (n == 7) said = mfpmail_ticket_set_header_from(ticket, "");
    if (n == 8) said = mfpmail_ticket_set_requesting_user(ticket, "\x01", "");
    if (n == 9) (void)mfpmail_ticket_set_message(ticket, "/x"); /* and a file */
    if (n == 10)
      for (int more = 0; more < 100; more++) said = mfpmail_ticket_add_cc(ticket, "a@b");
    if (n == 11)
      for (int more = 0; more < 50; more++) said = mfpmail_ticket_add_file(ticket, "/x", "x", NULL);
    CHECK_NUMBER(said, MFPMAIL_USAGE);
    CHECK_NUMBER(mfpmail_client_submit(client, ticket, 1, NULL), MFPMAIL_USAGE);
    CHECK(strlen(mfpmail_client_sentence(client)) > 5);
    mfpmail_ticket_delete(ticket);
  }
  mfpmail_ticket_t *nobody = mfpmail_ticket_create();
  CHECK_NUMBER(mfpmail_ticket_set_reverse_path(nobody, ""), MFPMAIL_OK); /* a report of delivery */
  (void)mfpmail_ticket_add_file(nobody, "/x", "x", NULL);
  CHECK_NUMBER(mfpmail_client_submit(client, nobody, 1, NULL), MFPMAIL_USAGE);
  CHECK_NUMBER(mfpmail_ticket_set_message(nobody, "/x"), MFPMAIL_OK);
  CHECK_NUMBER(mfpmail_ticket_set_message(nobody, "/y"), MFPMAIL_USAGE);
  mfpmail_ticket_delete(nobody);
  mfpmail_client_delete(client);
}

void test_submissions(void) {
  check_about("a file by its path");
  test_path(0);
  test_path(1);
  test_path(16384);
  test_path(700001);
  check_about("a system that takes and gives little at a time, and interrupts");
  scene_weather.longest = 5;
  test_path(20001);
  scene_weather.longest = 0;
  test_bad_paths();
  test_pipe();
  test_callback();
  test_in_the_middle();
  test_long_text();
  test_mistakes();
}
