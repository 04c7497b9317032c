/*
 * An example firmware: a printer with a display of 4 x 20 characters and four keys, that scans a file to e-mail.
 *
 *     printer SCAN.pdf anna@contoso.com     scans, waits for the outcome, ends
 *     printer                               shows the display; keys are typed: o ok, b back, u up, d down, q quit
 *
 * It shows both ways to use libmfpmail: the event stream in a poll() loop of its own, beside blocking calls on a second
 * client. Error handling is what a printer needs, not less.
 */
#include <mfpmail.h>

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define COLUMNS 20
#define ROWS 4
#define CALL_MS 10000    /* a person waits in front of the display */
#define SUBMIT_MS 120000 /* a restart of the agent is bridged */

typedef struct printer_s {
  mfpmail_client_t *events; /* In the loop */
  mfpmail_client_t *calls;  /* For one thing at a time */
  char job_id[MFPMAIL_MAX_KEY + 1];
  bool is_over;
  int exit_code;
} printer_t;

static void draw(const mfpmail_panel_t *panel) {
  static const char *const lamps[] = {"off", "green", "amber", "red"};
  printf("+--------------------+ lamp %s\n", lamps[mfpmail_panel_lamp(panel)]);
  for (size_t row = 0; row < ROWS; row++) printf("| %s\n", mfpmail_panel_line(panel, row));
  printf("+--------------------+");
  for (int key = MFPMAIL_KEY_OK; key <= MFPMAIL_KEY_DOWN; key++)
    if (mfpmail_panel_key(panel, (mfpmail_key_t)key)[0] != '\0')
      printf(" [%c]%s", "obud"[key], mfpmail_panel_key(panel, (mfpmail_key_t)key));
  printf("\n");
  fflush(stdout);
}

static void on_panel(mfpmail_client_t *client, const mfpmail_panel_t *panel, void *data) {
  (void)client;
  (void)data;
  draw(panel);
}

/* Our job, every time something happens to it. */
static void on_job(mfpmail_client_t *client, const mfpmail_job_t *job, void *data) {
  printer_t *printer = data;
  (void)client;
  if (strcmp(mfpmail_job_id(job), printer->job_id) != 0) return;
  mfpmail_job_state_t state = mfpmail_job_state(job);
  printf("job %s: %s %s\n", mfpmail_job_id(job), mfpmail_job_state_name(job), mfpmail_job_hold_reason(job));
  fflush(stdout);
  printer->is_over = state >= MFPMAIL_JOB_ACCEPTED;
  printer->exit_code = state == MFPMAIL_JOB_ACCEPTED ? 0 : 1;
}

/* The stream begins with a status. What happened to our job before it began, or while it was lost, it does not say. */
static void on_status(mfpmail_client_t *client, const mfpmail_status_t *status, void *data) {
  printer_t *printer = data;
  mfpmail_job_t *job = NULL;
  (void)client;
  printf("status: %s\n", mfpmail_status_sentence(status));
  if (printer->job_id[0] == '\0' || printer->is_over) return;
  if (mfpmail_client_get_job(printer->calls, printer->job_id, CALL_MS, &job) == MFPMAIL_OK) on_job(NULL, job, printer);
  mfpmail_job_delete(job);
}

static void press(printer_t *printer, mfpmail_key_t key) {
  mfpmail_panel_t *panel = NULL;
  mfpmail_result_t result = mfpmail_client_press_key(printer->calls, key, COLUMNS, ROWS, CALL_MS, &panel);
  if (result == MFPMAIL_OK)
    draw(panel);
  else
    printf("key: %s\n", mfpmail_client_sentence(printer->calls));
  mfpmail_panel_delete(panel);
}

/* Hands in the scan. It is safe when this returns true, whatever happens to agent or printer afterwards. */
static bool scan(printer_t *printer, const char *path, const char *address) {
  mfpmail_job_t *job = NULL;
  mfpmail_ticket_t *ticket = mfpmail_ticket_create();
  if (ticket == NULL) return false;
  mfpmail_ticket_add_to(ticket, address); /* a mistake here comes out when the ticket is submitted */
  mfpmail_ticket_set_subject(ticket, "Scan");
  mfpmail_ticket_set_text(ticket, "Scanned by the example printer.\n");
  mfpmail_ticket_set_file_name(ticket, "scan-{date}-{counter}");
  mfpmail_ticket_add_file(ticket, path, NULL, "application/pdf");
  mfpmail_result_t result = mfpmail_client_submit_patiently(printer->calls, ticket, SUBMIT_MS, &job);
  mfpmail_ticket_delete(ticket);
  if (result != MFPMAIL_OK) {
    printf("not sent (%s, %s): %s\n", mfpmail_result_name(result), mfpmail_client_code(printer->calls),
           mfpmail_client_sentence(printer->calls));
    return false;
  }
  snprintf(printer->job_id, sizeof(printer->job_id), "%s", mfpmail_job_id(job));
  printf("job %s: safe\n", printer->job_id);
  fflush(stdout);
  mfpmail_job_delete(job);
  return true;
}

static void type_keys(printer_t *printer) {
  char typed[64];
  ssize_t count = read(STDIN_FILENO, typed, sizeof(typed));
  if (count <= 0) printer->is_over = true;
  for (ssize_t n = 0; n < count && !printer->is_over; n++) {
    const char *key = strchr("obud", typed[n]);
    if (typed[n] == 'q') printer->is_over = true;
    if (key != NULL && typed[n] != '\0') press(printer, (mfpmail_key_t)(key - "obud"));
  }
}

/* The printer's own loop: keys and events. A lost stream begins anew after a second; the agent may be restarting. */
static void loop(printer_t *printer, bool has_keys) {
  mfpmail_result_t result = mfpmail_client_start_events(printer->events, COLUMNS, ROWS);
  while (!printer->is_over) {
    unsigned wants = mfpmail_client_wants(printer->events);
    struct pollfd waiting[2] = {
        {.fd = mfpmail_client_fd(printer->events),
         .events = (short)((wants & MFPMAIL_WANTS_READ ? POLLIN : 0) | (wants & MFPMAIL_WANTS_WRITE ? POLLOUT : 0))},
        {.fd = has_keys ? STDIN_FILENO : -1, .events = POLLIN}};
    int wait_ms = result == MFPMAIL_RUNNING ? mfpmail_client_wait_ms(printer->events) : 1000;
    if (poll(waiting, 2, wait_ms) > 0 && waiting[1].revents != 0) type_keys(printer);
    if (result == MFPMAIL_RUNNING)
      result = mfpmail_client_step(printer->events);
    else
      result = mfpmail_client_start_events(printer->events, COLUMNS, ROWS);
  }
}

int main(int argc, char **argv) {
  printer_t printer = {NULL, NULL, "", false, 0};
  const mfpmail_callbacks_t callbacks = {
      .size = sizeof(callbacks), .data = &printer, .status = on_status, .job = on_job, .panel = on_panel};
  printer.events = mfpmail_client_create(NULL, &callbacks);
  printer.calls = mfpmail_client_create(NULL, NULL);
  bool is_ready = printer.events != NULL && printer.calls != NULL;
  if (is_ready && mfpmail_client_set_person(printer.calls, "example printer") == MFPMAIL_OK) {
    bool has_scan = argc == 3;
    if (has_scan && !scan(&printer, argv[1], argv[2])) printer.exit_code = 1;
    else loop(&printer, !has_scan);
  }
  mfpmail_client_delete(printer.events);
  mfpmail_client_delete(printer.calls);
  return is_ready ? printer.exit_code : 1;
}
