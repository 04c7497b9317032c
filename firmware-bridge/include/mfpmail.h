/*
 * libmfpmail: hand scans to the mail agent of a multifunction printer, and ask it things.
 *
 * The library talks to the agent (mfp-mail-agent) over a Unix socket. It has no global state, starts no thread, installs
 * no signal handler, raises no SIGPIPE, and every call ends within a time that you give.
 *
 *     mfpmail_client_t *client = mfpmail_client_create(NULL, NULL);
 *     mfpmail_ticket_t *ticket = mfpmail_ticket_create();
 *     mfpmail_job_t    *job    = NULL;
 *
 *     mfpmail_ticket_add_to(ticket, "anna@contoso.com");
 *     mfpmail_ticket_add_file(ticket, "/tmp/scan.pdf", NULL, "application/pdf");
 *     if (mfpmail_client_submit_patiently(client, ticket, 60000, &job) == MFPMAIL_OK)
 *       printf("safe, as job %s\n", mfpmail_job_id(job));
 *     else
 *       printf("not sent: %s\n", mfpmail_client_sentence(client));
 *
 * Two ways to use it:
 *
 *   blocking  mfpmail_client_submit() and its like return when the answer is there, at the latest after timeout_ms.
 *   in a loop mfpmail_client_start_submit() and its like return at once; then wait for mfpmail_client_fd() with poll() or
 *             select() for what mfpmail_client_wants() says, at most mfpmail_client_wait_ms(), and call
 *             mfpmail_client_step(), which never blocks, until it returns something else than MFPMAIL_RUNNING.
 *
 * A client carries one call at a time. For an event stream beside other calls make a second client; they are small.
 * A client, a ticket, or an answer must not be used by two threads at once; different ones may.
 *
 * In the margin of each parameter: I input, O output, IO both. Strings are UTF-8, end with NUL, and are copied; strings
 * that are returned belong to the object they came from and live as long as it does. No function that returns a string
 * returns NULL: what is absent is "". Every delete function accepts NULL.
 */
#ifndef MFPMAIL_H
#define MFPMAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MFPMAIL_PUBLIC __attribute__((visibility("default")))
#define MFPMAIL_MUST_CHECK __attribute__((warn_unused_result))
#else
#define MFPMAIL_PUBLIC
#define MFPMAIL_MUST_CHECK
#endif

/*
 * Semantic version of this interface. While the major number is 0 a minor number may break it (the SONAME carries
 * both); afterwards only a major number.
 */
#define MFPMAIL_VERSION_MAJOR 0
#define MFPMAIL_VERSION_MINOR 1
#define MFPMAIL_VERSION_PATCH 0
#define MFPMAIL_VERSION "0.1.0"

/* Where the agent listens, unless the environment variable MFPMAIL_SOCKET or the caller says otherwise. */
#define MFPMAIL_DEFAULT_SOCKET "/run/mfp-mail-agent/agent.sock"

/* Limits of the library. What is over them is refused as MFPMAIL_USAGE, before anything is sent. */
#define MFPMAIL_MAX_RECIPIENTS 100 /* to, cc and bcc together */
#define MFPMAIL_MAX_FILES 50
#define MFPMAIL_MAX_KEY 64      /* characters of an idempotency key */
#define MFPMAIL_MAX_TEXT 65536  /* octets of the text of a mail */
#define MFPMAIL_MAX_STRING 1024 /* octets of any other string */

/* What came of a call. */
typedef enum mfpmail_result_e {
  MFPMAIL_OK = 0,        /* Done. Of a submission: the job is on the agent's disk and survives a power cut. */
  MFPMAIL_TEMPORARY = 1, /* Not done: the agent is not running, restarting, slow or full. Try again later. */
  MFPMAIL_REFUSED = 2,   /* Not done, and trying again will not help; see mfpmail_client_code() and _sentence(). */
  MFPMAIL_UNKNOWN = 3,   /* Sent, but the answer was lost: perhaps done. Try again with the same idempotency key. */
  MFPMAIL_USAGE = 4,     /* The caller made a mistake, or no memory is left; nothing was sent. */
  MFPMAIL_RUNNING = 5    /* Not finished yet: only mfpmail_client_step() and mfpmail_client_run() return it. */
} mfpmail_result_t;

typedef struct mfpmail_client_s mfpmail_client_t;    /* The way to one agent */
typedef struct mfpmail_ticket_s mfpmail_ticket_t;    /* What shall be sent, to whom */
typedef struct mfpmail_job_s mfpmail_job_t;          /* What became of it */
typedef struct mfpmail_status_s mfpmail_status_t;    /* The whole picture at one glance */
typedef struct mfpmail_sign_in_s mfpmail_sign_in_t;  /* The sign-in that is under way */
typedef struct mfpmail_panel_s mfpmail_panel_t;      /* What a character display shows */

typedef enum mfpmail_lamp_e {
  MFPMAIL_LAMP_OFF = 0,
  MFPMAIL_LAMP_GREEN = 1,
  MFPMAIL_LAMP_AMBER = 2,
  MFPMAIL_LAMP_RED = 3
} mfpmail_lamp_t;

typedef enum mfpmail_key_e {
  MFPMAIL_KEY_OK = 0,
  MFPMAIL_KEY_BACK = 1,
  MFPMAIL_KEY_UP = 2,
  MFPMAIL_KEY_DOWN = 3
} mfpmail_key_t;

typedef enum mfpmail_job_state_e {
  MFPMAIL_JOB_OTHER = 0,    /* A word that this version of the library does not know */
  MFPMAIL_JOB_WAITING = 1,  /* To be tried now or later */
  MFPMAIL_JOB_SENDING = 2,  /* Being tried */
  MFPMAIL_JOB_HELD = 3,     /* Needs a person: mfpmail_job_hold_reason() */
  MFPMAIL_JOB_ACCEPTED = 4, /* The mail server took it for every recipient */
  MFPMAIL_JOB_FAILED = 5,   /* Over; at least one recipient was refused for good */
  MFPMAIL_JOB_DELETED = 6   /* By a person */
} mfpmail_job_state_t;

typedef enum mfpmail_sign_in_step_e {
  MFPMAIL_SIGN_IN_OTHER = 0,    /* A word that this version of the library does not know */
  MFPMAIL_SIGN_IN_IDLE = 1,     /* None is running */
  MFPMAIL_SIGN_IN_STARTING = 2, /* The code is being asked for */
  MFPMAIL_SIGN_IN_CODE = 3,     /* Show the code and the address; somebody types it on a phone */
  MFPMAIL_SIGN_IN_CONFIRM = 4,  /* Show who signed in; a person here says yes or no */
  MFPMAIL_SIGN_IN_PROVING = 5,  /* The mail server is being tried */
  MFPMAIL_SIGN_IN_READY = 6,
  MFPMAIL_SIGN_IN_FAILED = 7 /* mfpmail_sign_in_code() says why */
} mfpmail_sign_in_step_t;

/*
 * What the library calls while a call or an event stream runs, always from within step, run, or a blocking call. Each
 * may be NULL. None may call the client it was called for, except for functions that only return something; "done" may
 * start the next call.
 */
typedef struct mfpmail_callbacks_s {
  size_t size; /* sizeof(mfpmail_callbacks_t): lets later versions add members at the end */
  void *data;  /* Handed to each function */

  /* A call has ended. Not called for MFPMAIL_USAGE of a start function. */
  void (*done)(mfpmail_client_t *client, mfpmail_result_t result, void *data);
  /* That many octets of the request's body have been handed to the agent. */
  void (*progress)(mfpmail_client_t *client, uint64_t octets, void *data);
  /* Events; the objects live until the function returns. */
  void (*status)(mfpmail_client_t *client, const mfpmail_status_t *status, void *data);
  void (*job)(mfpmail_client_t *client, const mfpmail_job_t *job, void *data);
  void (*panel)(mfpmail_client_t *client, const mfpmail_panel_t *panel, void *data);
} mfpmail_callbacks_t;

/*
 * Gives the next octets of a file or message that is made while it is sent.
 * Returns how many were put into buffer, 0 at the end, MFPMAIL_READ_AGAIN if there are none at the moment (it is asked
 * again some milliseconds later), or MFPMAIL_READ_FAILED, which ends the call as MFPMAIL_USAGE and makes no job.
 */
typedef ssize_t (*mfpmail_read_t)(void *data, void *buffer, size_t size);
/* Goes back to the first octet for another try. Returns false if that is not possible. */
typedef bool (*mfpmail_rewind_t)(void *data);
#define MFPMAIL_READ_FAILED (-1)
#define MFPMAIL_READ_AGAIN (-2)

/*
 * ---- Library ----
 */

/* O: version of the library that is running, as MFPMAIL_VERSION. */
MFPMAIL_PUBLIC const char *mfpmail_version(void);

/* O: "ok", "temporary", "refused", "unknown", "usage", "running"; for logs. */
MFPMAIL_PUBLIC const char *mfpmail_result_name(mfpmail_result_t result); /* I */

/*
 * ---- Client ----
 */

/* Makes a client. Does not connect: the agent need not run yet. O: NULL without memory, or if the path is too long. */
MFPMAIL_PUBLIC mfpmail_client_t *mfpmail_client_create(
    const char *socket_path,                 /* I: NULL for MFPMAIL_SOCKET or the default */
    const mfpmail_callbacks_t *callbacks);   /* I: copied; NULL for none */

/* Ends what runs and frees all. A submission that runs may still become a job (as MFPMAIL_UNKNOWN). */
MFPMAIL_PUBLIC void mfpmail_client_delete(mfpmail_client_t *client); /* I */

/* Language of sentences and displays: "en", "zh-CN", "zh-TW", "ja"; "" leaves it to the agent. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_set_language(
    mfpmail_client_t *client, /* I */
    const char *language);    /* I */

/* Who the agent's records name for what this client does, for example "front panel"; printable ASCII, at most 63. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_set_person(
    mfpmail_client_t *client, /* I */
    const char *name);        /* I */

/*
 * Why the last call was not MFPMAIL_OK: a code to branch on (the agent's error catalogue, for example "bad-address",
 * "queue-full", "settings-need-consent"; or the library's own: "daemon-not-running", "no-permission", "timeout",
 * "connection-lost", "reply-invalid", "source-failed", "usage", "no-memory", "aborted"). "" after MFPMAIL_OK.
 */
MFPMAIL_PUBLIC const char *mfpmail_client_code(const mfpmail_client_t *client); /* I */
/* The same as a sentence for a person, saying what to do next. The library's own sentences are English. */
MFPMAIL_PUBLIC const char *mfpmail_client_sentence(const mfpmail_client_t *client); /* I */
/* O: seconds that the agent asked to wait before the next try; 0 if it did not say. */
MFPMAIL_PUBLIC unsigned mfpmail_client_retry_after_s(const mfpmail_client_t *client); /* I */

/*
 * After the code "settings-need-consent": what the change would bring about. Show the messages; if the person agrees,
 * repeat the call with these codes in "accept".
 */
MFPMAIL_PUBLIC size_t mfpmail_client_consequence_count(const mfpmail_client_t *client); /* I */
MFPMAIL_PUBLIC const char *mfpmail_client_consequence_code(
    const mfpmail_client_t *client, /* I */
    size_t n);                      /* I: from 0 */
MFPMAIL_PUBLIC const char *mfpmail_client_consequence_message(
    const mfpmail_client_t *client, /* I */
    size_t n);                      /* I: from 0 */

/*
 * ---- In your own loop ----
 */

/* O: the descriptor to wait for, or -1 if there is none at the moment. It changes: ask again before each wait. */
MFPMAIL_PUBLIC int mfpmail_client_fd(const mfpmail_client_t *client); /* I */

#define MFPMAIL_WANTS_READ 1u
#define MFPMAIL_WANTS_WRITE 2u
/* O: which of the two to wait for; 0 if only time matters. */
MFPMAIL_PUBLIC unsigned mfpmail_client_wants(const mfpmail_client_t *client); /* I */

/* O: milliseconds until mfpmail_client_step() must be called at the latest; -1 if nothing runs. */
MFPMAIL_PUBLIC int mfpmail_client_wait_ms(const mfpmail_client_t *client); /* I */

/* Does what can be done without waiting. O: MFPMAIL_RUNNING until the call has ended, then its result. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_step(mfpmail_client_t *client); /* I */

/* Waits and steps. O: the result, or MFPMAIL_RUNNING if that took longer than wait_ms: the call goes on. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_run(
    mfpmail_client_t *client, /* I */
    int wait_ms);             /* I: 0 or more */

/* Ends what runs. O: MFPMAIL_UNKNOWN if it may have been done, else MFPMAIL_TEMPORARY; MFPMAIL_USAGE from a callback. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_abort(mfpmail_client_t *client); /* I */

/*
 * ---- Ticket: what to send ----
 *
 * Either files, which become the attachments of a mail that the agent writes, or one complete RFC 5322 message.
 * A ticket has an idempotency key from the beginning. Submit the same ticket again after MFPMAIL_TEMPORARY or
 * MFPMAIL_UNKNOWN and there will be one job, never two. Firmware that wants this across its own restarts stores the key.
 */

/* O: NULL without memory or randomness. */
MFPMAIL_PUBLIC mfpmail_ticket_t *mfpmail_ticket_create(void);
/* While it is being sent that breaks off, unless all of it was: MFPMAIL_USAGE, no job. */
MFPMAIL_PUBLIC void mfpmail_ticket_delete(mfpmail_ticket_t *ticket); /* I */

/* All of these O: MFPMAIL_OK or MFPMAIL_USAGE; the ticket remembers a mistake, submitting it is MFPMAIL_USAGE too. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_add_to(mfpmail_ticket_t *ticket, const char *address);  /* IO, I */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_add_cc(mfpmail_ticket_t *ticket, const char *address);  /* IO, I */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_add_bcc(mfpmail_ticket_t *ticket, const char *address); /* IO, I */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_set_subject(mfpmail_ticket_t *ticket, const char *subject); /* IO, I */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_set_text(mfpmail_ticket_t *ticket, const char *text);       /* IO, I */

/* Names of the attachments: {date} {time} {counter} {device} {n}; without it the names of the files. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_set_file_name(
    mfpmail_ticket_t *ticket, /* IO */
    const char *pattern);     /* I */

/* Who the mail says it is from, if the device's sender rule allows it; else it becomes the Reply-To. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_set_header_from(
    mfpmail_ticket_t *ticket, /* IO */
    const char *address);     /* I */

/* Who stood at the printer. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_set_requesting_user(
    mfpmail_ticket_t *ticket, /* IO */
    const char *name,         /* I: "" if not known */
    const char *address);     /* I: "" if not known */

/* A key of your own instead of the random one: 1 to 64 of A-Z a-z 0-9 . _ - */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_set_key(mfpmail_ticket_t *ticket, const char *key); /* IO, I */
MFPMAIL_PUBLIC const char *mfpmail_ticket_key(const mfpmail_ticket_t *ticket);                     /* I */

/* Adds a file that is opened when the ticket is submitted, and read to its end. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_add_file(
    mfpmail_ticket_t *ticket, /* IO */
    const char *path,         /* I */
    const char *name,         /* I: NULL for the last part of the path */
    const char *media_type);  /* I: NULL for application/octet-stream */

/* Adds what can be read from a descriptor, from where it stands; stays yours, close it after the call has ended. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_add_file_fd(
    mfpmail_ticket_t *ticket, /* IO */
    int fd,                   /* I: file (can be tried again), pipe or socket (can not) */
    const char *name,         /* I */
    const char *media_type);  /* I: NULL for application/octet-stream */

/* Adds what a function gives. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_add_file_callback(
    mfpmail_ticket_t *ticket, /* IO */
    mfpmail_read_t read,      /* I */
    mfpmail_rewind_t rewind,  /* I: NULL if it cannot begin anew */
    void *data,               /* I: handed to both */
    const char *name,         /* I */
    const char *media_type);  /* I: NULL for application/octet-stream */

/* One complete message instead of files. Without any "to" the recipients are those of its To, Cc and Bcc fields. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_set_message(mfpmail_ticket_t *ticket, const char *path); /* IO, I */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_set_message_fd(mfpmail_ticket_t *ticket, int fd);        /* IO, I */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_set_message_callback(
    mfpmail_ticket_t *ticket, /* IO */
    mfpmail_read_t read,      /* I */
    mfpmail_rewind_t rewind,  /* I: NULL if it cannot begin anew */
    void *data);              /* I: handed to both */
/* The envelope's sender of a complete message; "" for the null reverse-path. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_ticket_set_reverse_path(
    mfpmail_ticket_t *ticket, /* IO */
    const char *address);     /* I */

/*
 * ---- Calls ----
 *
 * timeout_ms bounds the whole call: 1 or more; 0 means 30 s, for a submission 10 minutes. When it is over the result is
 * MFPMAIL_TEMPORARY, or MFPMAIL_UNKNOWN if the request had been sent whole. An answer is yours to delete. It is NULL
 * unless the result is MFPMAIL_OK; give NULL for one that you do not need.
 * Each call exists twice: blocking, and as start function for your own loop (O: MFPMAIL_RUNNING or MFPMAIL_USAGE),
 * whose answer is fetched with a take function after MFPMAIL_OK.
 */

/* Hands the ticket in, once. Of a repeat of an earlier one (same key) the answer is the job that exists. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_submit(
    mfpmail_client_t *client, /* I */
    mfpmail_ticket_t *ticket, /* IO: its data is read */
    int timeout_ms,           /* I */
    mfpmail_job_t **job);     /* O */
/*
 * The same, and after MFPMAIL_TEMPORARY or MFPMAIL_UNKNOWN again until timeout_ms is over, waiting 0.25, 0.5, 1, 2,
 * 2... s between, or as long as the agent asks for. Data that cannot be read twice (pipes) is tried again only if none
 * of it was read.
 */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_submit_patiently(
    mfpmail_client_t *client, /* I */
    mfpmail_ticket_t *ticket, /* IO: its data is read */
    int timeout_ms,           /* I */
    mfpmail_job_t **job);     /* O */
/* A job by the id that submitting it gave. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_get_job(
    mfpmail_client_t *client, /* I */
    const char *id,           /* I */
    int timeout_ms,           /* I */
    mfpmail_job_t **job);     /* O */
/* What became of a submission, by its idempotency key. MFPMAIL_REFUSED with "job-not-found": nothing, submit again. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_find_job(
    mfpmail_client_t *client, /* I */
    const char *key,          /* I */
    int timeout_ms,           /* I */
    mfpmail_job_t **job);     /* O */
/* Deletes a job that is not finished. "job-busy": it is being sent right now; "job-finished": too late. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_cancel_job(
    mfpmail_client_t *client, /* I */
    const char *id,           /* I */
    int timeout_ms,           /* I */
    mfpmail_job_t **job);     /* O */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_get_status(
    mfpmail_client_t *client,   /* I */
    int timeout_ms,             /* I */
    mfpmail_status_t **status); /* O */
/* What a character display of that size shows: 20 to 40 columns, 2 to 4 rows. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_get_panel(
    mfpmail_client_t *client, /* I */
    unsigned columns,         /* I */
    unsigned rows,            /* I */
    int timeout_ms,           /* I */
    mfpmail_panel_t **panel); /* O */
/* A key was pressed; the answer is what is to be shown now. */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_press_key(
    mfpmail_client_t *client, /* I */
    mfpmail_key_t key,        /* I */
    unsigned columns,         /* I */
    unsigned rows,            /* I */
    int timeout_ms,           /* I */
    mfpmail_panel_t **panel); /* O */
/* The sign-in of the mailbox: as it stands; a new one; its cancelling; "yes, this account". */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_get_sign_in(
    mfpmail_client_t *client,     /* I */
    int timeout_ms,               /* I */
    mfpmail_sign_in_t **sign_in); /* O */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_begin_sign_in(
    mfpmail_client_t *client,     /* I */
    int timeout_ms,               /* I */
    mfpmail_sign_in_t **sign_in); /* O */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_cancel_sign_in(
    mfpmail_client_t *client,     /* I */
    int timeout_ms,               /* I */
    mfpmail_sign_in_t **sign_in); /* O */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_confirm_sign_in(
    mfpmail_client_t *client,     /* I */
    int timeout_ms,               /* I */
    mfpmail_sign_in_t **sign_in); /* O */
/* Changes the address that scans are sent from. May need consent: see mfpmail_client_consequence_count(). */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_set_device_address(
    mfpmail_client_t *client,  /* I */
    const char *address,       /* I */
    const char *const *accept, /* I: codes that a person agreed to; NULL if there are none */
    size_t accept_count,       /* I */
    int timeout_ms);           /* I */
/*
 * An SMTP server name was typed at the control panel. Under the provider "exchange-online" that switches the modern
 * sign-in off (provider "unspecified"), as printers have always done; the agent asks for consent first, as above.
 */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_set_smtp_server(
    mfpmail_client_t *client,  /* I */
    const char *host,          /* I */
    const char *const *accept, /* I: codes that a person agreed to; NULL if there are none */
    size_t accept_count,       /* I */
    int timeout_ms);           /* I */

MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_submit(
    mfpmail_client_t *client, mfpmail_ticket_t *ticket, int timeout_ms); /* I, IO until the call has ended, I */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_get_job(mfpmail_client_t *client, const char *id, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_find_job(mfpmail_client_t *client, const char *key, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_cancel_job(mfpmail_client_t *client, const char *id, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_get_status(mfpmail_client_t *client, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_get_panel(
    mfpmail_client_t *client, unsigned columns, unsigned rows, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_press_key(
    mfpmail_client_t *client, mfpmail_key_t key, unsigned columns, unsigned rows, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_get_sign_in(mfpmail_client_t *client, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_begin_sign_in(mfpmail_client_t *client, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_cancel_sign_in(mfpmail_client_t *client, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_confirm_sign_in(mfpmail_client_t *client, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_set_device_address(
    mfpmail_client_t *client, const char *address, const char *const *accept, size_t accept_count, int timeout_ms);
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_set_smtp_server(
    mfpmail_client_t *client, const char *host, const char *const *accept, size_t accept_count, int timeout_ms);

/*
 * Opens the stream of events; the callbacks status, job and panel hear them, a status first. It runs until it is lost,
 * then MFPMAIL_TEMPORARY: wait a second and start it again. 45 s without a sign of life count as lost.
 */
MFPMAIL_PUBLIC mfpmail_result_t mfpmail_client_start_events(
    mfpmail_client_t *client, /* I */
    unsigned columns,         /* I: of the panel events; 0 for none */
    unsigned rows);           /* I */

/* The answer of the call that ended, now yours; NULL if it was none of this kind. Each can be taken once. */
MFPMAIL_PUBLIC MFPMAIL_MUST_CHECK mfpmail_job_t *mfpmail_client_take_job(mfpmail_client_t *client);
MFPMAIL_PUBLIC MFPMAIL_MUST_CHECK mfpmail_status_t *mfpmail_client_take_status(mfpmail_client_t *client);
MFPMAIL_PUBLIC MFPMAIL_MUST_CHECK mfpmail_panel_t *mfpmail_client_take_panel(mfpmail_client_t *client);
MFPMAIL_PUBLIC MFPMAIL_MUST_CHECK mfpmail_sign_in_t *mfpmail_client_take_sign_in(mfpmail_client_t *client);

/*
 * ---- Answers ----
 *
 * Instants are milliseconds since 1970-01-01 UTC by the agent's clock; 0 is "none". A number n counts from 0; beyond the
 * end the answer is "" or 0.
 */

MFPMAIL_PUBLIC void mfpmail_job_delete(mfpmail_job_t *job);
MFPMAIL_PUBLIC const char *mfpmail_job_id(const mfpmail_job_t *job);
MFPMAIL_PUBLIC mfpmail_job_state_t mfpmail_job_state(const mfpmail_job_t *job);
MFPMAIL_PUBLIC const char *mfpmail_job_state_name(const mfpmail_job_t *job); /* The word itself */
/* True: this submission was a repeat; the job existed already (only of an answer to submit). */
MFPMAIL_PUBLIC bool mfpmail_job_is_repeat(const mfpmail_job_t *job);
MFPMAIL_PUBLIC const char *mfpmail_job_subject(const mfpmail_job_t *job);
MFPMAIL_PUBLIC const char *mfpmail_job_message_id(const mfpmail_job_t *job);
MFPMAIL_PUBLIC const char *mfpmail_job_hold_reason(const mfpmail_job_t *job); /* "sign-in-needed", ... */
MFPMAIL_PUBLIC const char *mfpmail_job_last_code(const mfpmail_job_t *job);   /* Catalogue code of the last trouble */
MFPMAIL_PUBLIC const char *mfpmail_job_last_reply(const mfpmail_job_t *job);  /* What the mail server said last */
MFPMAIL_PUBLIC const char *mfpmail_job_server_message_id(const mfpmail_job_t *job);
MFPMAIL_PUBLIC unsigned mfpmail_job_attempts(const mfpmail_job_t *job);
MFPMAIL_PUBLIC bool mfpmail_job_is_possible_duplicate(const mfpmail_job_t *job);
MFPMAIL_PUBLIC int64_t mfpmail_job_accepted_at_ms(const mfpmail_job_t *job);
MFPMAIL_PUBLIC int64_t mfpmail_job_next_attempt_at_ms(const mfpmail_job_t *job);
MFPMAIL_PUBLIC size_t mfpmail_job_recipient_count(const mfpmail_job_t *job);
MFPMAIL_PUBLIC const char *mfpmail_job_recipient_address(const mfpmail_job_t *job, size_t n);
MFPMAIL_PUBLIC const char *mfpmail_job_recipient_state(const mfpmail_job_t *job, size_t n); /* waiting accepted failed */
MFPMAIL_PUBLIC const char *mfpmail_job_recipient_reply(const mfpmail_job_t *job, size_t n);
/* What a person should know and do about it; "" if all is well. Only in the answer to mfpmail_client_get_job(). */
MFPMAIL_PUBLIC const char *mfpmail_job_advice_title(const mfpmail_job_t *job);
MFPMAIL_PUBLIC const char *mfpmail_job_advice(const mfpmail_job_t *job);

MFPMAIL_PUBLIC void mfpmail_status_delete(mfpmail_status_t *status);
MFPMAIL_PUBLIC const char *mfpmail_status_version(const mfpmail_status_t *status);  /* Of the agent */
MFPMAIL_PUBLIC const char *mfpmail_status_glance(const mfpmail_status_t *status);   /* "ready", "sign-in-needed", ... */
MFPMAIL_PUBLIC const char *mfpmail_status_sentence(const mfpmail_status_t *status); /* The same for a person */
MFPMAIL_PUBLIC mfpmail_lamp_t mfpmail_status_lamp(const mfpmail_status_t *status);
MFPMAIL_PUBLIC const char *mfpmail_status_provider(const mfpmail_status_t *status); /* exchange-online, unspecified */
MFPMAIL_PUBLIC const char *mfpmail_status_device_address(const mfpmail_status_t *status);
MFPMAIL_PUBLIC const char *mfpmail_status_account(const mfpmail_status_t *status); /* UPN of who is signed in */
MFPMAIL_PUBLIC const char *mfpmail_status_storage(const mfpmail_status_t *status); /* ok degraded full unavailable */
MFPMAIL_PUBLIC const char *mfpmail_status_hold_reason(const mfpmail_status_t *status); /* Why the whole queue waits */
MFPMAIL_PUBLIC unsigned mfpmail_status_waiting(const mfpmail_status_t *status);
MFPMAIL_PUBLIC unsigned mfpmail_status_sending(const mfpmail_status_t *status);
MFPMAIL_PUBLIC unsigned mfpmail_status_held(const mfpmail_status_t *status);
MFPMAIL_PUBLIC unsigned mfpmail_status_failed(const mfpmail_status_t *status);
MFPMAIL_PUBLIC size_t mfpmail_status_warning_count(const mfpmail_status_t *status);
MFPMAIL_PUBLIC const char *mfpmail_status_warning(const mfpmail_status_t *status, size_t n);
MFPMAIL_PUBLIC const mfpmail_sign_in_t *mfpmail_status_sign_in(const mfpmail_status_t *status); /* Part of it; never NULL */

MFPMAIL_PUBLIC void mfpmail_sign_in_delete(mfpmail_sign_in_t *sign_in);
MFPMAIL_PUBLIC mfpmail_sign_in_step_t mfpmail_sign_in_step(const mfpmail_sign_in_t *sign_in);
MFPMAIL_PUBLIC const char *mfpmail_sign_in_step_name(const mfpmail_sign_in_t *sign_in);
/* Step "code": what to type on the phone, and where. */
MFPMAIL_PUBLIC const char *mfpmail_sign_in_user_code(const mfpmail_sign_in_t *sign_in);
MFPMAIL_PUBLIC const char *mfpmail_sign_in_uri(const mfpmail_sign_in_t *sign_in);
/* False: warn; the address is of a host that belongs to no cloud the agent knows. */
MFPMAIL_PUBLIC bool mfpmail_sign_in_is_known_host(const mfpmail_sign_in_t *sign_in);
MFPMAIL_PUBLIC int64_t mfpmail_sign_in_expires_at_ms(const mfpmail_sign_in_t *sign_in);
/* Steps "confirm", "proving", "ready": who it is. */
MFPMAIL_PUBLIC const char *mfpmail_sign_in_account(const mfpmail_sign_in_t *sign_in);
MFPMAIL_PUBLIC const char *mfpmail_sign_in_account_name(const mfpmail_sign_in_t *sign_in);
/* Step "confirm": the device e-mail address that the mailbox would get. */
MFPMAIL_PUBLIC const char *mfpmail_sign_in_device_address(const mfpmail_sign_in_t *sign_in);
/* Step "failed": why (catalogue code); else a passing trouble. */
MFPMAIL_PUBLIC const char *mfpmail_sign_in_code(const mfpmail_sign_in_t *sign_in);
/* Number of the identity service's error ("AADSTS..."), 0 if none. */
MFPMAIL_PUBLIC unsigned mfpmail_sign_in_aadsts(const mfpmail_sign_in_t *sign_in);

MFPMAIL_PUBLIC void mfpmail_panel_delete(mfpmail_panel_t *panel);
MFPMAIL_PUBLIC const char *mfpmail_panel_screen(const mfpmail_panel_t *panel); /* Its name, for tests */
MFPMAIL_PUBLIC mfpmail_lamp_t mfpmail_panel_lamp(const mfpmail_panel_t *panel);
MFPMAIL_PUBLIC unsigned mfpmail_panel_columns(const mfpmail_panel_t *panel);
MFPMAIL_PUBLIC unsigned mfpmail_panel_rows(const mfpmail_panel_t *panel);
MFPMAIL_PUBLIC const char *mfpmail_panel_line(const mfpmail_panel_t *panel, size_t n); /* UTF-8, without padding */
/* What the key does here; "" if it does nothing. */
MFPMAIL_PUBLIC const char *mfpmail_panel_key(const mfpmail_panel_t *panel, mfpmail_key_t key);

#ifdef __cplusplus
}
#endif
#endif
