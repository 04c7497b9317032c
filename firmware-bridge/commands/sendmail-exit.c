#include "sendmail-private.h"

#include <string.h>
#include <sysexits.h>

int mfpmail_sendmail_exit_code(mfpmail_result_t result, const char *code) {
  static const struct {
    const char *code;
    int exit_code;
  } rows[] = {
      {"bad-address", EX_NOUSER},         {"address-needs-smtputf8", EX_NOUSER}, {"recipient-not-permitted", EX_NOUSER},
      {"no-recipients", EX_DATAERR},      {"bad-message", EX_DATAERR},           {"message-too-large", EX_DATAERR},
      {"header-too-large", EX_DATAERR},   {"bare-line-end", EX_DATAERR},         {"line-too-long", EX_DATAERR},
      {"sender-not-permitted", EX_NOPERM}, {"client-not-allowed", EX_NOPERM},    {"no-permission", EX_NOPERM},
      {"source-failed", EX_IOERR},        {"source-spent", EX_IOERR},            {"no-memory", EX_OSERR},
  };
  if (result == MFPMAIL_OK) return EX_OK;
  if (result == MFPMAIL_TEMPORARY || result == MFPMAIL_UNKNOWN) return EX_TEMPFAIL;
  for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++)
    if (strcmp(rows[n].code, code) == 0) return rows[n].exit_code;
  return result == MFPMAIL_USAGE ? EX_USAGE : EX_UNAVAILABLE;
}
