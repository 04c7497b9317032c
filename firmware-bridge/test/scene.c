#include "scene.h"

#include "check.h"
#include "chunked-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

scene_weather_t scene_weather;

/* The linker gives us the library's system calls (--wrap), and the system's own under these names. */
ssize_t __real_send(int fd, const void *octets, size_t size, int flags);
ssize_t __real_recv(int fd, void *octets, size_t size, int flags);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
ssize_t __wrap_send(int fd, const void *octets, size_t size, int flags);
ssize_t __wrap_recv(int fd, void *octets, size_t size, int flags);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

static bool is_interrupted(void) {
  bool is_so = scene_weather.longest > 0 && ++scene_weather.calls % 3 == 1;
  if (is_so) errno = EINTR;
  return is_so;
}

static size_t shortened(size_t size) {
  return scene_weather.longest > 0 && size > scene_weather.longest ? scene_weather.longest : size;
}

ssize_t __wrap_send(int fd, const void *octets, size_t size, int flags) {
  return is_interrupted() ? -1 : __real_send(fd, octets, shortened(size), flags);
}

ssize_t __wrap_recv(int fd, void *octets, size_t size, int flags) {
  return is_interrupted() ? -1 : __real_recv(fd, octets, shortened(size), flags);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now) {
  int result = __real_clock_gettime(clock, now);
  now->tv_sec += (time_t)(scene_weather.skipped_ms / 1000);
  return result;
}

void scene_open(scene_t *scene, const mfpmail_callbacks_t *callbacks) {
  struct sockaddr_un address;
  memset(scene, 0, sizeof(*scene));
  memset(&address, 0, sizeof(address));
  scene->fd = -1;
  mfpmail_buffer_init(&scene->heard, 64 * 1024 * 1024);
  (void)snprintf(scene->dir, sizeof(scene->dir), "/tmp/mfpmail-test-XXXXXX");
  if (mkdtemp(scene->dir) == NULL) abort();
  (void)snprintf(scene->path, sizeof(scene->path), "%s/agent.sock", scene->dir);
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, scene->path, strlen(scene->path) + 1);
  scene->listen_fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(scene->listen_fd, (struct sockaddr *)&address, sizeof(address)) != 0) abort();
  if (listen(scene->listen_fd, 5) != 0 || fcntl(scene->listen_fd, F_SETFL, O_NONBLOCK) != 0) abort();
  scene->client = mfpmail_client_create(scene->path, callbacks);
  if (scene->client == NULL) abort();
}

void scene_hang_up(scene_t *scene) {
  if (scene->fd >= 0) (void)close(scene->fd);
  scene->fd = -1;
}

void scene_close(scene_t *scene) {
  mfpmail_client_delete(scene->client);
  scene_hang_up(scene);
  (void)close(scene->listen_fd);
  (void)unlink(scene->path);
  (void)rmdir(scene->dir);
  mfpmail_buffer_free(&scene->heard);
}

static void listen_now(scene_t *scene) {
  char octets[65536];
  if (scene->fd < 0) {
    scene->fd = accept(scene->listen_fd, NULL, NULL);
    if (scene->fd < 0) return;
    (void)fcntl(scene->fd, F_SETFL, O_NONBLOCK);
  }
  ssize_t got;
  while ((got = read(scene->fd, octets, sizeof(octets))) > 0)
    (void)mfpmail_buffer_add(&scene->heard, octets, (size_t)got);
  /* A caller who has gone, perhaps before we looked: the next one is heard. */
  if (got == 0) scene_hang_up(scene);
}

static bool has_heard(const scene_t *scene, const char *last_words) {
  size_t length = strlen(last_words);
  return scene->heard.length >= length &&
         memcmp(scene->heard.text + scene->heard.length - length, last_words, length) == 0;
}

mfpmail_result_t scene_hear(scene_t *scene, const char *last_words) {
  mfpmail_result_t result = MFPMAIL_RUNNING;
  for (int turn = 0; turn < 4000 && result == MFPMAIL_RUNNING && !has_heard(scene, last_words); turn++) {
    result = mfpmail_client_step(scene->client);
    listen_now(scene);
    /* Sources that have nothing yet are given time. */
    if (turn > 1000) (void)poll(NULL, 0, 1);
  }
  CHECK(has_heard(scene, last_words) || result != MFPMAIL_RUNNING);
  return result;
}

mfpmail_result_t scene_say(scene_t *scene, const char *octets, size_t size, size_t piece) {
  mfpmail_result_t result = mfpmail_client_step(scene->client);
  while (size > 0 && result == MFPMAIL_RUNNING) {
    size_t now = size < piece ? size : piece;
    ssize_t sent = send(scene->fd, octets, now, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) break;
    if (sent > 0) {
      octets += sent;
      size -= (size_t)sent;
    }
    result = mfpmail_client_step(scene->client);
  }
  return result;
}

mfpmail_result_t scene_end(scene_t *scene) {
  mfpmail_result_t result = mfpmail_client_step(scene->client);
  for (int turn = 0; turn < 2000 && result == MFPMAIL_RUNNING; turn++) {
    (void)poll(NULL, 0, 1);
    listen_now(scene);
    result = mfpmail_client_step(scene->client);
  }
  return result;
}

static bool add(void *data, const char *octets, size_t size) {
  return mfpmail_buffer_add(data, octets, size);
}

char *scene_body(const scene_t *scene, size_t *size) {
  const char *head_end = scene->heard.text == NULL ? NULL : strstr(scene->heard.text, "\r\n\r\n");
  mfpmail_buffer_t body;
  mfpmail_chunked_t chunked;
  mfpmail_buffer_init(&body, 64 * 1024 * 1024);
  mfpmail_chunked_init(&chunked);
  *size = 0;
  if (head_end == NULL) return NULL;
  size_t head_size = (size_t)(head_end + 4 - scene->heard.text);
  mfpmail_parse_t outcome =
      mfpmail_chunked_feed(&chunked, head_end + 4, scene->heard.length - head_size, add, &body);
  *size = body.length;
  if (outcome == MFPMAIL_PARSE_DONE) return body.text;
  mfpmail_buffer_free(&body);
  return NULL;
}
