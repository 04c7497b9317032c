/* mfpmail: the library from the command line. */
#include "command-private.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "mfpmail [--socket PATH] [--timeout SECONDS] [--language LANGUAGE] COMMAND\n"
    "\n"
    "  submit --to ADDRESS... [--cc A] [--bcc A] [--subject S] [--text T] [--file-name PATTERN]\n"
    "         [--header-from A] [--user NAME] [--user-address A] [--key KEY] [--wait]\n"
    "         [--type MEDIA/TYPE] [--name NAME] FILE...       FILE - is standard input\n"
    "  submit --message FILE [--reverse-path A] [--to A]... [--key KEY] [--wait]\n"
    "  status [JOB | --key KEY]\n"
    "  cancel JOB\n"
    "  watch\n"
    "  sign-in [--yes | --cancel | --show]\n"
    "  panel [--columns N] [--rows N] [ok | back | up | down]...\n"
    "  device-address [--accept CODE]... ADDRESS\n"
    "  smtp-server [--accept CODE]... HOST\n"
    "\n"
    "Exit codes: 0 done, 1 refused, 2 wrong command line or unreadable file, 3 not now (try again),\n"
    "4 a person must act, 5 perhaps done (try again with the same --key), 6 --wait: safe, not sent yet\n"
    "(do not submit it again; ask with status).\n";

static const struct {
  const char *name;
  int (*run)(mfpmail_client_t *client, mfpmail_words_t words, int timeout_ms);
} commands[] = {
    {"submit", mfpmail_command_submit},   {"status", mfpmail_command_status},
    {"cancel", mfpmail_command_cancel},   {"sign-in", mfpmail_command_sign_in},
    {"panel", mfpmail_command_panel},     {"device-address", mfpmail_command_device_address},
    {"smtp-server", mfpmail_command_smtp_server},
};

static int run(const char *socket_path, const char *language, int timeout_ms, mfpmail_words_t words) {
  const char *name = words.words[0];
  words.words++;
  words.count--;
  if (strcmp(name, "watch") == 0) return mfpmail_command_watch(socket_path, language, words);
  for (size_t n = 0; n < sizeof(commands) / sizeof(commands[0]); n++) {
    if (strcmp(commands[n].name, name) != 0) continue;
    mfpmail_client_t *client = mfpmail_client_create(socket_path, NULL);
    if (client == NULL) return mfpmail_print_usage("the path of the socket is too long", socket_path);
    mfpmail_result_t result = mfpmail_client_set_language(client, language);
    int code = result == MFPMAIL_OK ? commands[n].run(client, words, timeout_ms) : mfpmail_print_failure(client, result);
    mfpmail_client_delete(client);
    return code;
  }
  return mfpmail_print_usage("no such command", name);
}

int main(int argc, char **argv) {
  static const char *const flags[] = {"help", "version", NULL};
  mfpmail_words_t words = {argv + 1, argc - 1};
  const char *socket_path = NULL;
  const char *language = "";
  const char *name = "";
  const char *value = NULL;
  int timeout_s = 60;
  int got;
  /* Whoever reads us may go: that is an error of printing, not our death in the middle of a submission. */
  if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) return MFPMAIL_EXIT_REFUSED;
  while ((got = mfpmail_words_option(&words, flags, &name, &value)) != 0) {
    if (strcmp(name, "help") == 0) return fputs(help, stdout) < 0 ? MFPMAIL_EXIT_REFUSED : MFPMAIL_EXIT_DONE;
    if (strcmp(name, "version") == 0) return puts(MFPMAIL_VERSION) < 0 ? MFPMAIL_EXIT_REFUSED : MFPMAIL_EXIT_DONE;
    if (got < 0) return mfpmail_print_usage("a value is missing", name);
    if (strcmp(name, "socket") == 0)
      socket_path = value;
    else if (strcmp(name, "language") == 0)
      language = value;
    else if (strcmp(name, "timeout") == 0)
      timeout_s = mfpmail_number(value, 86400);
    else
      return mfpmail_print_usage("no such option", name);
  }
  if (timeout_s < 1) return mfpmail_print_usage("a timeout is 1 to 86400 seconds", NULL);
  if (words.count == 0) return mfpmail_print_usage("a command is missing", NULL);
  return run(socket_path, language, timeout_s * 1000, words);
}
