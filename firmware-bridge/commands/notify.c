/*
 * mfp-mail-agent-notify: hands on to systemd what the agent says of itself (sd_notify(3)); Node has no Unix datagrams. The
 * agent starts it and writes lines NAME=VALUE to its standard input; an empty line ends a message. It lives as long as the
 * agent, so it needs little: no library, no memory of the heap.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LARGEST_MESSAGE 4096

/* Reads NOTIFY_SOCKET: a path, or with '@' in front an abstract name. Returns its size, 0 if it is neither. */
static socklen_t read_address(const char *text, struct sockaddr_un *address) {
  size_t length = text == NULL ? 0 : strlen(text);
  memset(address, 0, sizeof(*address));
  address->sun_family = AF_UNIX;
  if (length < 2 || length >= sizeof(address->sun_path) || (text[0] != '/' && text[0] != '@')) return 0;
  memcpy(address->sun_path, text, length);
  if (text[0] == '@') address->sun_path[0] = '\0';
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

/* A manager that is busy is waited for: its queue is short. */
static bool send_message(int fd, const struct sockaddr_un *address, socklen_t size, const char *text, size_t length) {
  ssize_t sent = 0;
  do {
    sent = sendto(fd, text, length, MSG_NOSIGNAL, (const struct sockaddr *)address, size);
  } while (sent < 0 && errno == EINTR);
  return sent == (ssize_t)length;
}

/* Sends each whole message at the start of the buffer. Returns the octets of the unfinished one, moved to the start. */
static size_t send_whole(int fd, const struct sockaddr_un *address, socklen_t size, char *buffer, size_t used) {
  size_t from = 0;
  for (size_t at = 1; at < used; at++) {
    if (buffer[at] != '\n' || buffer[at - 1] != '\n') continue;
    if (at - from > 1 && !send_message(fd, address, size, buffer + from, at - from)) perror("mfp-mail-agent-notify");
    from = at + 1;
  }
  memmove(buffer, buffer + from, used - from);
  return used - from;
}

int main(void) {
  static char buffer[LARGEST_MESSAGE];
  struct sockaddr_un address;
  socklen_t size = read_address(getenv("NOTIFY_SOCKET"), &address);
  size_t used = 0;
  if (size == 0) {
    (void)fputs("mfp-mail-agent-notify: NOTIFY_SOCKET names no Unix socket\n", stderr);
    return 2;
  }
  int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0) {
    perror("mfp-mail-agent-notify");
    return 1;
  }
  /* Signals to the whole group are for the agent, whose last word comes after them. */
  (void)signal(SIGTERM, SIG_IGN);
  (void)signal(SIGINT, SIG_IGN);
  (void)signal(SIGHUP, SIG_IGN);
  for (;;) {
    ssize_t got = read(STDIN_FILENO, buffer + used, sizeof(buffer) - used);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    used = send_whole(fd, &address, size, buffer, used + (size_t)got);
    if (used == sizeof(buffer)) {
      (void)fputs("mfp-mail-agent-notify: longer than any message\n", stderr);
      return 1;
    }
  }
  (void)close(fd);
  return 0;
}
