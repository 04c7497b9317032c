/* Who says what: calls of the library against a pretend agent that answers well, slowly, half, or nonsense. */
#include "check.h"

#include "scene.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

typedef enum { GET_STATUS, GET_JOB, FIND_JOB, CANCEL_JOB, GET_PANEL, PRESS_KEY, SIGN_IN, SET_SMTP } call_t;

static mfpmail_result_t start(mfpmail_client_t *client, call_t call) {
  static const char *const accept[] = {"provider-unspecified"};
  switch (call) {
  case GET_STATUS:
    return mfpmail_client_start_get_status(client, 0);
  case GET_JOB:
    return mfpmail_client_start_get_job(client, "01hyr", 0);
  case FIND_JOB:
    return mfpmail_client_start_find_job(client, "key-1", 0);
  case CANCEL_JOB:
    return mfpmail_client_start_cancel_job(client, "01hyr", 0);
  case GET_PANEL:
    return mfpmail_client_start_get_panel(client, 20, 4, 0);
  case PRESS_KEY:
    return mfpmail_client_start_press_key(client, MFPMAIL_KEY_DOWN, 40, 2, 0);
  case SIGN_IN:
    return mfpmail_client_start_begin_sign_in(client, 0);
  default:
    return mfpmail_client_start_set_smtp_server(client, "smtp.example.org", accept, 1, 0);
  }
}

#define OK_HEAD "HTTP/1.1 200 OK\r\n"
#define NO_JSON "Content-Length: 2\r\n\r\n{}"

typedef struct dialogue_s {
  const char *about;
  call_t call;
  const char *client_says;
  const char *agent_says;
  mfpmail_result_t result;
  const char *code;
} dialogue_t;

static const dialogue_t dialogues[] = {
    {"status", GET_STATUS, "GET /v1/status HTTP/1.1\r\nHost: mfp-mail-agent\r\n\r\n",
     OK_HEAD "Content-Length: 18\r\n\r\n{\"glance\":\"ready\"}", MFPMAIL_OK, ""},
    {"status that is none", GET_STATUS, "GET /v1/status HTTP/1.1\r\nHost: mfp-mail-agent\r\n\r\n", OK_HEAD NO_JSON,
     MFPMAIL_TEMPORARY, "reply-invalid"},
    {"job in chunks", GET_JOB, "GET /v1/jobs/01hyr HTTP/1.1\r\nHost: mfp-mail-agent\r\n\r\n",
     OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"que\r\nf\r\nueId\":\"01hyr\"}\n\r\n0\r\n\r\n", MFPMAIL_OK, ""},
    {"no such key", FIND_JOB, "GET /v1/jobs/by-key/key-1 HTTP/1.1\r\nHost: mfp-mail-agent\r\n\r\n",
     "HTTP/1.1 404 Not Found\r\nContent-Length: 53\r\n\r\n{\"error\":{\"code\":\"job-not-found\",\"message\":\"No job\"}}",
     MFPMAIL_REFUSED, "job-not-found"},
    {"cancel: no content is no job", CANCEL_JOB, "DELETE /v1/jobs/01hyr HTTP/1.1\r\nHost: mfp-mail-agent\r\n\r\n",
     "HTTP/1.1 204 No Content\r\n\r\n", MFPMAIL_UNKNOWN, "reply-invalid"},
    {"panel", GET_PANEL, "GET /v1/panel?columns=20&rows=4 HTTP/1.1\r\nHost: mfp-mail-agent\r\n\r\n",
     OK_HEAD "Content-Length: 14\r\n\r\n{\"lines\":[\"\"]}", MFPMAIL_OK, ""},
    {"key", PRESS_KEY,
     "POST /v1/panel/keys HTTP/1.1\r\nHost: mfp-mail-agent\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n"
     "{\"key\":\"down\",\"columns\":40,\"rows\":2}",
     OK_HEAD "Content-Length: 12\r\n\r\n{\"lines\":[]}", MFPMAIL_OK, ""},
    {"sign-in too often", SIGN_IN, "POST /v1/sign-in HTTP/1.1\r\nHost: mfp-mail-agent\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 429 x\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", MFPMAIL_TEMPORARY, "internal"},
    {"a redirection is none of ours", SIGN_IN, "POST /v1/sign-in HTTP/1.1\r\nHost: mfp-mail-agent\r\nContent-Length: 0\r\n\r\n",
     "HTTP/1.1 302 x\r\nContent-Length: 15\r\n\r\n{\"step\":\"code\"}", MFPMAIL_UNKNOWN, "reply-invalid"},
    {"an error without a body", GET_STATUS, "GET /v1/status HTTP/1.1\r\nHost: mfp-mail-agent\r\n\r\n",
     "HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n", MFPMAIL_REFUSED, "bad-request"},
    {"an internal fault", GET_STATUS, "GET /v1/status HTTP/1.1\r\nHost: mfp-mail-agent\r\n\r\n",
     "HTTP/1.1 500 x\r\nContent-Length: 5\r\n\r\noops!", MFPMAIL_TEMPORARY, "internal"},
    {"consent", SET_SMTP,
     "PUT /v1/device/smtp-server HTTP/1.1\r\nHost: mfp-mail-agent\r\nContent-Type: application/json\r\n"
     "Content-Length: 61\r\n\r\n{\"host\":\"smtp.example.org\",\"accept\":[\"provider-unspecified\"]}",
     "HTTP/1.1 409 x\r\nContent-Length: 134\r\n\r\n{\"error\":{\"code\":\"settings-need-consent\",\"message\":\"M\","
     "\"details\":{\"consequences\":[\"a\",\"b\"],\"messages\":[\"first\",\"second\"],\"x\":123456}}}",
     MFPMAIL_REFUSED, "settings-need-consent"},
    {"HTML", GET_STATUS, "GET /v1/status HTTP/1.1\r\nHost: mfp-mail-agent\r\n\r\n",
     OK_HEAD "Content-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>", MFPMAIL_TEMPORARY, "reply-invalid"},
    {"another protocol", GET_STATUS, "GET /v1/status HTTP/1.1\r\nHost: mfp-mail-agent\r\n\r\n", "220 mfp ESMTP\r\n",
     MFPMAIL_TEMPORARY, "reply-invalid"},
};

static void play(const dialogue_t *dialogue, size_t piece) {
  scene_t scene;
  scene_open(&scene, NULL);
  CHECK_NUMBER(start(scene.client, dialogue->call), MFPMAIL_RUNNING);
  CHECK_NUMBER(scene_hear(&scene, dialogue->client_says), MFPMAIL_RUNNING);
  CHECK_TEXT(mfpmail_buffer_text(&scene.heard), dialogue->client_says);
  CHECK_NUMBER(scene_say(&scene, dialogue->agent_says, strlen(dialogue->agent_says), piece), dialogue->result);
  CHECK_TEXT(mfpmail_client_code(scene.client), dialogue->code);
  CHECK((dialogue->result == MFPMAIL_OK) == (mfpmail_client_sentence(scene.client)[0] == '\0'));
  CHECK(mfpmail_client_fd(scene.client) == -1 && mfpmail_client_wait_ms(scene.client) == -1);
  CHECK_NUMBER(mfpmail_client_abort(scene.client), dialogue->result); /* nothing runs: nothing changes */
  mfpmail_job_t *job = mfpmail_client_take_job(scene.client);
  if (job != NULL) CHECK(!mfpmail_job_is_repeat(job)); /* no submission */
  mfpmail_job_delete(job);
  if (strcmp(dialogue->about, "consent") == 0) {
    CHECK_NUMBER(mfpmail_client_consequence_count(scene.client), 2);
    CHECK_TEXT(mfpmail_client_consequence_code(scene.client, 1), "b");
    CHECK_TEXT(mfpmail_client_consequence_message(scene.client, 1), "second");
    CHECK_TEXT(mfpmail_client_consequence_message(scene.client, 2), "");
  }
  if (dialogue->call == SIGN_IN && dialogue->result == MFPMAIL_TEMPORARY)
    CHECK_NUMBER(mfpmail_client_retry_after_s(scene.client), 60);
  scene_close(&scene);
}

/* The agent dies after each octet of its answer: never "done", and unknown if it may have been. */
static void cut(const dialogue_t *dialogue, bool has_side_effect) {
  size_t size = strlen(dialogue->agent_says);
  for (size_t kept = 0; kept < size; kept++) {
    scene_t scene;
    scene_open(&scene, NULL);
    (void)start(scene.client, dialogue->call);
    (void)scene_hear(&scene, dialogue->client_says);
    mfpmail_result_t result = scene_say(&scene, dialogue->agent_says, kept, kept == 0 ? 1 : kept);
    scene_hang_up(&scene);
    if (result == MFPMAIL_RUNNING) result = scene_end(&scene);
    CHECK_NUMBER(result, has_side_effect ? MFPMAIL_UNKNOWN : MFPMAIL_TEMPORARY);
    scene_close(&scene);
  }
}

static void test_nobody_there(void) {
  struct stat facts;
  check_about("nobody listens");
  mfpmail_client_t *client = mfpmail_client_create("/tmp/mfpmail-test-no-such-folder/agent.sock", NULL);
  CHECK_NUMBER(mfpmail_client_get_status(client, 100, NULL), MFPMAIL_TEMPORARY);
  CHECK_TEXT(mfpmail_client_code(client), "daemon-not-running");
  CHECK_NUMBER(mfpmail_client_step(client), MFPMAIL_TEMPORARY);
  CHECK_NUMBER(mfpmail_client_abort(client), MFPMAIL_TEMPORARY);
  mfpmail_client_delete(client);
  check_about("a socket that a dead agent left");
  scene_t scene;
  scene_open(&scene, NULL);
  (void)close(scene.listen_fd);
  scene.listen_fd = -1;
  CHECK(stat(scene.path, &facts) == 0);
  CHECK_NUMBER(mfpmail_client_get_status(scene.client, 100, NULL), MFPMAIL_TEMPORARY);
  CHECK_TEXT(mfpmail_client_code(scene.client), "daemon-not-running");
  scene_close(&scene);
  check_about("a socket that is not for us");
  scene_open(&scene, NULL);
  CHECK(chmod(scene.path, 0) == 0);
  pid_t stranger = fork();
  if (stranger == 0) {
    /* Root may everything. */
    if (geteuid() == 0 && setuid(65534) != 0) _exit(2);
    mfpmail_result_t result = mfpmail_client_get_status(scene.client, 100, NULL);
    _exit(result == MFPMAIL_REFUSED && strcmp(mfpmail_client_code(scene.client), "no-permission") == 0 ? 0 : 1);
  }
  int status = -1;
  CHECK(waitpid(stranger, &status, 0) == stranger && WIFEXITED(status));
  CHECK_NUMBER(WEXITSTATUS(status), 0);
  scene_close(&scene);
  check_about("a path that is too long");
  char path[300];
  memset(path, 'x', sizeof(path));
  path[299] = '\0';
  CHECK(mfpmail_client_create(path, NULL) == NULL);
}

static void test_slow(void) {
  check_about("an agent that says nothing");
  scene_t scene;
  scene_open(&scene, NULL);
  CHECK_NUMBER(mfpmail_client_get_status(scene.client, 30, NULL), MFPMAIL_TEMPORARY);
  CHECK_TEXT(mfpmail_client_code(scene.client), "timeout");
  CHECK_NUMBER(mfpmail_client_cancel_job(scene.client, "01hyr", 30, NULL), MFPMAIL_UNKNOWN);
  CHECK_TEXT(mfpmail_client_code(scene.client), "timeout");
  check_about("an agent whose queue of callers is full");
  int callers[40];
  struct sockaddr_un address;
  memset(&address, 0, sizeof(address));
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, scene.path, strlen(scene.path) + 1);
  for (int n = 0; n < 40; n++) {
    callers[n] = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)fcntl(callers[n], F_SETFL, O_NONBLOCK);
    (void)connect(callers[n], (struct sockaddr *)&address, sizeof(address));
  }
  CHECK_NUMBER(mfpmail_client_start_get_status(scene.client, 50), MFPMAIL_RUNNING);
  CHECK_NUMBER(mfpmail_client_step(scene.client), MFPMAIL_RUNNING);
  CHECK(mfpmail_client_fd(scene.client) == -1 && mfpmail_client_wants(scene.client) == 0);
  CHECK(mfpmail_client_wait_ms(scene.client) <= 20);
  CHECK_NUMBER(mfpmail_client_run(scene.client, 5), MFPMAIL_RUNNING);
  CHECK_NUMBER(mfpmail_client_run(scene.client, 1000), MFPMAIL_TEMPORARY);
  for (int n = 0; n < 40; n++) (void)close(callers[n]);
  scene_close(&scene);
  check_about("an endless answer");
  scene_open(&scene, NULL);
  (void)mfpmail_client_start_get_status(scene.client, 0);
  (void)scene_hear(&scene, "\r\n\r\n");
  static char filler[65536];
  memset(filler, ' ', sizeof(filler));
  const char *head = OK_HEAD "Content-Length: 9007199254740991\r\n\r\n";
  mfpmail_result_t result = scene_say(&scene, head, strlen(head), 100);
  for (int n = 0; n < 40 && result == MFPMAIL_RUNNING; n++) result = scene_say(&scene, filler, sizeof(filler), 4096);
  CHECK_NUMBER(result, MFPMAIL_TEMPORARY);
  CHECK_TEXT(mfpmail_client_code(scene.client), "reply-invalid");
  scene_close(&scene);
}

static void test_names(void) {
  static const char *const names[] = {"ok", "temporary", "refused", "unknown", "usage", "running", "?"};
  check_about("names of results");
  for (int result = MFPMAIL_OK; result <= MFPMAIL_RUNNING + 1; result++)
    CHECK_TEXT(mfpmail_result_name((mfpmail_result_t)result), names[result]);
  CHECK_TEXT(mfpmail_version(), MFPMAIL_VERSION);
}

static void test_mistakes(void) {
  static const char *const strange[] = {"a\nb"};
  check_about("mistakes of the caller");
  scene_t scene;
  scene_open(&scene, NULL);
  mfpmail_client_t *client = scene.client;
  CHECK_NUMBER(mfpmail_client_get_job(client, "../x", 1, NULL), MFPMAIL_USAGE);
  CHECK_TEXT(mfpmail_client_code(client), "usage");
  CHECK_NUMBER(mfpmail_client_get_job(client, "", 1, NULL), MFPMAIL_USAGE);
  CHECK_NUMBER(mfpmail_client_get_panel(client, 19, 4, 1, NULL), MFPMAIL_USAGE);
  CHECK_NUMBER(mfpmail_client_get_panel(client, 20, 5, 1, NULL), MFPMAIL_USAGE);
  CHECK_NUMBER(mfpmail_client_press_key(client, (mfpmail_key_t)4, 20, 4, 1, NULL), MFPMAIL_USAGE);
  CHECK_NUMBER(mfpmail_client_set_smtp_server(client, "a\r\nb", NULL, 0, 1), MFPMAIL_USAGE);
  CHECK_NUMBER(mfpmail_client_set_smtp_server(client, "a", strange, 1, 1), MFPMAIL_USAGE);
  CHECK_NUMBER(mfpmail_client_set_person(client, "a\r\nX-Mfp-Door: panel"), MFPMAIL_USAGE);
  CHECK_NUMBER(mfpmail_client_set_language(client, "en?x"), MFPMAIL_USAGE);
  CHECK_NUMBER(mfpmail_client_set_language(client, "a-language-that-is-longer-than-any"), MFPMAIL_USAGE);
  CHECK_NUMBER(mfpmail_client_start_get_status(client, 0), MFPMAIL_RUNNING);
  CHECK_TEXT(mfpmail_client_sentence(client), "");
  CHECK_NUMBER(mfpmail_client_start_get_status(client, 0), MFPMAIL_USAGE);
  CHECK_TEXT(mfpmail_client_code(client), ""); /* the call that runs keeps what it has */
  CHECK_NUMBER(mfpmail_client_abort(client), MFPMAIL_TEMPORARY);
  CHECK_TEXT(mfpmail_client_code(client), "aborted");
  CHECK(mfpmail_client_take_status(client) == NULL);
  check_about("language and person");
  CHECK_NUMBER(mfpmail_client_set_person(client, "front panel"), MFPMAIL_OK);
  CHECK_NUMBER(mfpmail_client_set_language(client, "zh-CN"), MFPMAIL_OK);
  (void)mfpmail_client_start_get_panel(client, 20, 4, 0);
  scene_hang_up(&scene);
  mfpmail_buffer_clear(&scene.heard);
  (void)scene_hear(&scene, "\r\n\r\n");
  CHECK_TEXT(mfpmail_buffer_text(&scene.heard),
             "GET /v1/panel?columns=20&rows=4&language=zh-CN HTTP/1.1\r\nHost: mfp-mail-agent\r\nX-Mfp-By: front panel\r\n\r\n");
  scene_close(&scene);
}

typedef struct notes_s {
  int done, status, job, panel;
  mfpmail_result_t result, inner;
  bool has_restarted;
} notes_t;

static void on_done(mfpmail_client_t *client, mfpmail_result_t result, void *data) {
  notes_t *notes = data;
  notes->done++;
  notes->result = result;
  /* "done" may start the next call. */
  if (!notes->has_restarted) notes->has_restarted = mfpmail_client_start_get_status(client, 0) == MFPMAIL_RUNNING;
}

static void on_status(mfpmail_client_t *client, const mfpmail_status_t *status, void *data) {
  notes_t *notes = data;
  notes->status++;
  CHECK_TEXT(mfpmail_status_glance(status), "ready");
  notes->inner = mfpmail_client_step(client); /* not from here */
  CHECK_NUMBER(mfpmail_client_start_get_status(client, 0), MFPMAIL_USAGE);
}

static void on_job(mfpmail_client_t *client, const mfpmail_job_t *job, void *data) {
  (void)client;
  ((notes_t *)data)->job++;
  CHECK_TEXT(mfpmail_job_id(job), "01hyr");
}

static void on_panel(mfpmail_client_t *client, const mfpmail_panel_t *panel, void *data) {
  (void)client;
  ((notes_t *)data)->panel++;
  CHECK_TEXT(mfpmail_panel_line(panel, 0), "Ready");
}

#define STREAM_HEAD OK_HEAD "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"

static void add_chunk(mfpmail_buffer_t *stream, const char *text) {
  (void)mfpmail_buffer_printf(stream, "%zx\r\n", strlen(text));
  (void)mfpmail_buffer_add_string(stream, text);
  (void)mfpmail_buffer_add_string(stream, "\r\n");
}

static void test_stream(size_t piece) {
  mfpmail_buffer_t stream;
  mfpmail_buffer_init(&stream, 10000);
  (void)mfpmail_buffer_add_string(&stream, STREAM_HEAD);
  /* The borders of chunks are not those of events. */
  add_chunk(&stream, "event: status\ndata: {\"glance\":\"ready\"}\n");
  add_chunk(&stream, "\n: ping\n");
  add_chunk(&stream, "\nevent: job\ndata: {\"queueId\":\"01hyr\"}\n\nevent: x\ndata: {}\n\n");
  add_chunk(&stream, "event: panel\ndata: {\"lines\":[\"Ready\"]}\n\nevent: job\ndata: no JSON at all\n\n");
  notes_t notes = {0, 0, 0, 0, MFPMAIL_OK, MFPMAIL_OK, false};
  const mfpmail_callbacks_t callbacks = {sizeof(callbacks), &notes, on_done, NULL, on_status, on_job, on_panel};
  scene_t scene;
  check_about("events");
  scene_open(&scene, &callbacks);
  CHECK_NUMBER(mfpmail_client_start_events(scene.client, 20, 4), MFPMAIL_RUNNING);
  (void)scene_hear(&scene, "\r\n\r\n");
  CHECK(strncmp(mfpmail_buffer_text(&scene.heard), "GET /v1/events?panel=20x4 HTTP/1.1\r\n", 36) == 0);
  CHECK_NUMBER(scene_say(&scene, stream.text, stream.length, piece), MFPMAIL_RUNNING);
  mfpmail_buffer_free(&stream);
  CHECK(notes.status == 1 && notes.job == 1 && notes.panel == 1 && notes.done == 0);
  CHECK_NUMBER(notes.inner, MFPMAIL_USAGE);
  int wait_ms = mfpmail_client_wait_ms(scene.client);
  CHECK(wait_ms > 40000 && wait_ms <= 45000);
  scene_hang_up(&scene);
  CHECK_NUMBER(scene_end(&scene), MFPMAIL_TEMPORARY);
  CHECK(notes.done == 1 && notes.result == MFPMAIL_TEMPORARY && notes.has_restarted);
  CHECK_NUMBER(mfpmail_client_abort(scene.client), MFPMAIL_TEMPORARY);
  scene_close(&scene);
}

/* The library's clock is ours here: 45 s without a sign of life. */
static void test_silence(void) {
  const char *ping = "8\r\n: ping\n\n\r\n";
  scene_t scene;
  check_about("a stream that falls silent");
  scene_open(&scene, NULL);
  CHECK_NUMBER(mfpmail_client_start_events(scene.client, 0, 0), MFPMAIL_RUNNING);
  (void)scene_hear(&scene, "\r\n\r\n");
  CHECK_NUMBER(scene_say(&scene, STREAM_HEAD, strlen(STREAM_HEAD), 1000), MFPMAIL_RUNNING);
  for (int n = 0; n < 3; n++) {
    scene_weather.skipped_ms += 30000;
    CHECK_NUMBER(scene_say(&scene, ping, strlen(ping), 1000), MFPMAIL_RUNNING);
  }
  scene_weather.skipped_ms += 46000;
  CHECK_NUMBER(mfpmail_client_step(scene.client), MFPMAIL_TEMPORARY);
  CHECK_TEXT(mfpmail_client_code(scene.client), "timeout");
  scene_hang_up(&scene);
  check_about("a stream that is refused");
  const char *refusal = "HTTP/1.1 503 x\r\nContent-Length: 46\r\n\r\n{\"error\":{\"code\":\"bridge-busy\",\"message\":\"M\"}}";
  CHECK_NUMBER(mfpmail_client_start_events(scene.client, 0, 0), MFPMAIL_RUNNING);
  mfpmail_buffer_clear(&scene.heard);
  (void)scene_hear(&scene, "\r\n\r\n");
  CHECK_NUMBER(scene_say(&scene, refusal, strlen(refusal), 1000), MFPMAIL_TEMPORARY);
  CHECK_TEXT(mfpmail_client_code(scene.client), "bridge-busy");
  scene_close(&scene);
  scene_weather.skipped_ms = 0;
}

/* A table from before this version of the library had fewer members. */
static void test_old_callbacks(void) {
  notes_t notes = {0, 0, 0, 0, MFPMAIL_OK, MFPMAIL_OK, true};
  mfpmail_callbacks_t callbacks = {offsetof(mfpmail_callbacks_t, progress), &notes, on_done, NULL, NULL, NULL, NULL};
  memset((char *)&callbacks + callbacks.size, 0x55, sizeof(callbacks) - callbacks.size);
  check_about("a shorter table of callbacks");
  scene_t scene;
  scene_open(&scene, &callbacks);
  CHECK_NUMBER(mfpmail_client_start_events(scene.client, 0, 0), MFPMAIL_RUNNING);
  (void)scene_hear(&scene, "\r\n\r\n");
  mfpmail_buffer_t stream;
  mfpmail_buffer_init(&stream, 1000);
  (void)mfpmail_buffer_add_string(&stream, STREAM_HEAD);
  add_chunk(&stream, "event: status\ndata: {\"glance\":\"ready\"}\n\nevent: job\ndata: {\"queueId\":\"01hyr\"}\n\n"
                     "event: panel\ndata: {\"lines\":[]}\n\n");
  (void)mfpmail_buffer_add_string(&stream, "0\r\n\r\n");
  CHECK_NUMBER(scene_say(&scene, stream.text, stream.length, 7), MFPMAIL_TEMPORARY);
  mfpmail_buffer_free(&stream);
  CHECK_TEXT(mfpmail_client_code(scene.client), "connection-lost");
  CHECK_NUMBER(notes.done, 1);
  scene_close(&scene);
}

void test_dialogues(void) {
  for (size_t n = 0; n < sizeof(dialogues) / sizeof(dialogues[0]); n++) {
    check_about(dialogues[n].about);
    play(&dialogues[n], 100000);
    play(&dialogues[n], 1);
  }
  check_about("cut: status");
  cut(&dialogues[0], false);
  check_about("cut: key");
  cut(&dialogues[6], true);
  test_nobody_there();
  test_slow();
  test_names();
  test_mistakes();
  test_stream(100000);
  test_stream(1);
  test_silence();
  test_old_callbacks();
}
