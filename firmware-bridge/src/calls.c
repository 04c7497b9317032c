/* The blocking calls: each is its start function and a wait. */
#include "client-private.h"

#include <limits.h>
#include <poll.h>

const char *mfpmail_version(void) {
  return MFPMAIL_VERSION;
}

const char *mfpmail_result_name(mfpmail_result_t result) {
  static const char *const names[] = {"ok", "temporary", "refused", "unknown", "usage", "running"};
  return (unsigned)result < sizeof(names) / sizeof(names[0]) ? names[result] : "?";
}

/* Waits until the call that was started has ended; its own deadline bounds that. */
static mfpmail_result_t finish(mfpmail_client_t *client, mfpmail_result_t started) {
  while (started == MFPMAIL_RUNNING) started = mfpmail_client_run(client, INT_MAX);
  return started;
}

static mfpmail_result_t finish_job(mfpmail_client_t *client, mfpmail_result_t started, mfpmail_job_t **job) {
  mfpmail_result_t result = finish(client, started);
  if (job != NULL) *job = result == MFPMAIL_OK ? mfpmail_client_take_job(client) : NULL;
  return result;
}

static mfpmail_result_t finish_panel(mfpmail_client_t *client, mfpmail_result_t started, mfpmail_panel_t **panel) {
  mfpmail_result_t result = finish(client, started);
  if (panel != NULL) *panel = result == MFPMAIL_OK ? mfpmail_client_take_panel(client) : NULL;
  return result;
}

static mfpmail_result_t finish_sign_in(
    mfpmail_client_t *client, mfpmail_result_t started, mfpmail_sign_in_t **sign_in) {
  mfpmail_result_t result = finish(client, started);
  if (sign_in != NULL) *sign_in = result == MFPMAIL_OK ? mfpmail_client_take_sign_in(client) : NULL;
  return result;
}

mfpmail_result_t mfpmail_client_submit(
    mfpmail_client_t *client, mfpmail_ticket_t *ticket, int timeout_ms, mfpmail_job_t **job) {
  return finish_job(client, mfpmail_client_start_submit(client, ticket, timeout_ms), job);
}

mfpmail_result_t mfpmail_client_get_job(mfpmail_client_t *client, const char *id, int timeout_ms, mfpmail_job_t **job) {
  return finish_job(client, mfpmail_client_start_get_job(client, id, timeout_ms), job);
}

mfpmail_result_t mfpmail_client_find_job(
    mfpmail_client_t *client, const char *key, int timeout_ms, mfpmail_job_t **job) {
  return finish_job(client, mfpmail_client_start_find_job(client, key, timeout_ms), job);
}

mfpmail_result_t mfpmail_client_cancel_job(
    mfpmail_client_t *client, const char *id, int timeout_ms, mfpmail_job_t **job) {
  return finish_job(client, mfpmail_client_start_cancel_job(client, id, timeout_ms), job);
}

mfpmail_result_t mfpmail_client_get_status(mfpmail_client_t *client, int timeout_ms, mfpmail_status_t **status) {
  mfpmail_result_t result = finish(client, mfpmail_client_start_get_status(client, timeout_ms));
  if (status != NULL) *status = result == MFPMAIL_OK ? mfpmail_client_take_status(client) : NULL;
  return result;
}

mfpmail_result_t mfpmail_client_get_panel(
    mfpmail_client_t *client, unsigned columns, unsigned rows, int timeout_ms, mfpmail_panel_t **panel) {
  return finish_panel(client, mfpmail_client_start_get_panel(client, columns, rows, timeout_ms), panel);
}

mfpmail_result_t mfpmail_client_press_key(
    mfpmail_client_t *client, mfpmail_key_t key, unsigned columns, unsigned rows, int timeout_ms,
    mfpmail_panel_t **panel) {
  return finish_panel(client, mfpmail_client_start_press_key(client, key, columns, rows, timeout_ms), panel);
}

mfpmail_result_t mfpmail_client_get_sign_in(mfpmail_client_t *client, int timeout_ms, mfpmail_sign_in_t **sign_in) {
  return finish_sign_in(client, mfpmail_client_start_get_sign_in(client, timeout_ms), sign_in);
}

mfpmail_result_t mfpmail_client_begin_sign_in(mfpmail_client_t *client, int timeout_ms, mfpmail_sign_in_t **sign_in) {
  return finish_sign_in(client, mfpmail_client_start_begin_sign_in(client, timeout_ms), sign_in);
}

mfpmail_result_t mfpmail_client_cancel_sign_in(mfpmail_client_t *client, int timeout_ms, mfpmail_sign_in_t **sign_in) {
  return finish_sign_in(client, mfpmail_client_start_cancel_sign_in(client, timeout_ms), sign_in);
}

mfpmail_result_t mfpmail_client_confirm_sign_in(mfpmail_client_t *client, int timeout_ms, mfpmail_sign_in_t **sign_in) {
  return finish_sign_in(client, mfpmail_client_start_confirm_sign_in(client, timeout_ms), sign_in);
}

mfpmail_result_t mfpmail_client_set_device_address(
    mfpmail_client_t *client, const char *address, const char *const *accept, size_t accept_count, int timeout_ms) {
  return finish(client, mfpmail_client_start_set_device_address(client, address, accept, accept_count, timeout_ms));
}

mfpmail_result_t mfpmail_client_set_smtp_server(
    mfpmail_client_t *client, const char *host, const char *const *accept, size_t accept_count, int timeout_ms) {
  return finish(client, mfpmail_client_start_set_smtp_server(client, host, accept, accept_count, timeout_ms));
}
