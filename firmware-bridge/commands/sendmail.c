/* mfpmail-sendmail: what Unix programs call to mail. */
#include "command-private.h"
#include "sendmail-private.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define DEFAULT_WAIT_S 60
#define LONGEST_WAIT_S 3600
/* More than any mail server takes; /tmp of a printer is memory that its scanner needs too. */
#define LARGEST_LETTER ((size_t)100 * 1024 * 1024)

typedef struct mfpmail_copy_s {
  FILE *file;
  size_t left; /* Octets that may still come */
  bool is_too_large;
} mfpmail_copy_t;

static int complain(int exit_code, const char *sentence) {
  (void)fputs("mfpmail-sendmail: ", stderr);
  mfpmail_print_text(stderr, sentence);
  (void)fputc('\n', stderr);
  return exit_code;
}

static bool write_all(void *data, const char *octets, size_t size) {
  mfpmail_copy_t *copy = data;
  if (size > copy->left) {
    copy->is_too_large = true;
    return false;
  }
  copy->left -= size;
  return fwrite(octets, 1, size, copy->file) == size;
}

/*
 * Copies standard input into a file without a name: the submission may have to be repeated, and what a pipe has given
 * it does not give again.
 */
static bool copy_input(const mfpmail_sendmail_t *sendmail, const char *from, mfpmail_copy_t *copy) {
  static mfpmail_letter_t letter;
  static char octets[16384];
  bool goes_on = true;
  mfpmail_letter_init(&letter, sendmail->ignores_dots, from, write_all, copy);
  while (goes_on) {
    ssize_t got = read(STDIN_FILENO, octets, sizeof(octets));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    goes_on = got > 0 && mfpmail_letter_feed(&letter, octets, (size_t)got);
  }
  return mfpmail_letter_end(&letter) && fflush(copy->file) == 0 && lseek(fileno(copy->file), 0, SEEK_SET) == 0;
}

/* The From field of a message that has none: only with -f, an address that we would have to invent is none. */
static bool make_from(const mfpmail_sendmail_t *sendmail, char *field, size_t size) {
  char name[256] = "";
  size_t length = 0;
  if (sendmail->reverse_path == NULL || sendmail->reverse_path[0] == '\0') return false;
  for (const char *at = sendmail->full_name == NULL ? "" : sendmail->full_name; *at != '\0' && length < 252; at++) {
    if ((unsigned char)*at < 0x20) continue;
    if (*at == '"' || *at == '\\') name[length++] = '\\';
    name[length++] = *at;
  }
  name[length] = '\0';
  const char *path = sendmail->reverse_path;
  bool has_brackets = path[0] == '<';
  if (strpbrk(path, "\r\n") != NULL) return false;
  int written = length == 0 ? snprintf(field, size, "From: %s\r\n", path)
                            : snprintf(field, size, has_brackets ? "From: \"%s\" %s\r\n" : "From: \"%s\" <%s>\r\n", name, path);
  return written > 0 && (size_t)written < size;
}

static mfpmail_ticket_t *make_ticket(const mfpmail_sendmail_t *sendmail, int fd) {
  mfpmail_ticket_t *ticket = mfpmail_ticket_create();
  char path[MFPMAIL_MAX_STRING + 1];
  if (ticket == NULL) return NULL;
  if (sendmail->reverse_path != NULL) {
    const char *from = sendmail->reverse_path;
    size_t length = strlen(from);
    bool has_brackets = length >= 2 && from[0] == '<' && from[length - 1] == '>';
    (void)snprintf(path, sizeof(path), "%.*s", (int)(has_brackets ? length - 2 : length), from + (has_brackets ? 1 : 0));
    (void)mfpmail_ticket_set_reverse_path(ticket, path);
  }
  for (size_t n = 0; n < sendmail->recipient_count; n++) (void)mfpmail_ticket_add_to(ticket, sendmail->recipients[n]);
  (void)mfpmail_ticket_set_message_fd(ticket, fd); /* a mistake before this is remembered by the ticket */
  return ticket;
}

static int wait_ms(void) {
  const char *text = getenv("MFPMAIL_WAIT_S");
  int seconds = text == NULL ? DEFAULT_WAIT_S : mfpmail_number(text, LONGEST_WAIT_S);
  return (seconds < 1 ? (seconds == 0 ? 1 : DEFAULT_WAIT_S) : seconds) * 1000;
}

static int send_letter(mfpmail_client_t *client, const mfpmail_sendmail_t *sendmail) {
  char field[2048];
  for (size_t n = 0; n < sendmail->recipient_count; n++)
    if (strchr(sendmail->recipients[n], '@') == NULL)
      return complain(EX_NOUSER, "there are no mailboxes on this device: recipients need a domain");
  FILE *file = tmpfile();
  if (file == NULL) return complain(EX_CANTCREAT, "no temporary file can be made");
  bool has_from = make_from(sendmail, field, sizeof(field));
  mfpmail_copy_t copy = {file, LARGEST_LETTER, false};
  if (!copy_input(sendmail, has_from ? field : NULL, &copy)) {
    (void)fclose(file);
    if (copy.is_too_large) return complain(EX_DATAERR, "the message is larger than 100 MiB");
    return complain(EX_IOERR, "the message could not be read and kept");
  }
  mfpmail_ticket_t *ticket = make_ticket(sendmail, fileno(file));
  int exit_code = EX_OSERR;
  if (ticket != NULL) {
    mfpmail_result_t result = mfpmail_client_submit_patiently(client, ticket, wait_ms(), NULL);
    exit_code = mfpmail_sendmail_exit_code(result, mfpmail_client_code(client));
    if (result != MFPMAIL_OK) (void)complain(exit_code, mfpmail_client_sentence(client));
  }
  mfpmail_ticket_delete(ticket);
  (void)fclose(file);
  return exit_code;
}

static int show_queue(mfpmail_client_t *client) {
  mfpmail_status_t *status = NULL;
  mfpmail_result_t result = mfpmail_client_get_status(client, wait_ms(), &status);
  if (result != MFPMAIL_OK)
    return complain(mfpmail_sendmail_exit_code(result, mfpmail_client_code(client)), mfpmail_client_sentence(client));
  (void)printf("%u waiting, %u sending, %u held, %u failed: ", mfpmail_status_waiting(status),
               mfpmail_status_sending(status), mfpmail_status_held(status), mfpmail_status_failed(status));
  mfpmail_print_text(stdout, mfpmail_status_sentence(status));
  (void)fputc('\n', stdout);
  mfpmail_status_delete(status);
  return EX_OK;
}

int main(int argc, char **argv) {
  static mfpmail_sendmail_t sendmail; /* 25 KiB: not for a small stack */
  if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) return EX_OSERR;
  mfpmail_sendmail_read(&sendmail, argc, argv);
  if (sendmail.mistake != NULL) return complain(EX_USAGE, sendmail.mistake);
  if (sendmail.act == MFPMAIL_SENDMAIL_NOTHING) return EX_OK;
  mfpmail_client_t *client = mfpmail_client_create(NULL, NULL);
  if (client == NULL) return complain(EX_CONFIG, "MFPMAIL_SOCKET is too long, or no memory is left");
  (void)mfpmail_client_set_person(client, "mfpmail-sendmail");
  int exit_code = sendmail.act == MFPMAIL_SENDMAIL_QUEUE ? show_queue(client) : send_letter(client, &sendmail);
  mfpmail_client_delete(client);
  return exit_code;
}
