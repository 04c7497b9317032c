/* What the agent's answers become: a tree of cJSON behind each handle, read when it is asked for. */
#ifndef MFPMAIL_ANSWER_PRIVATE_H
#define MFPMAIL_ANSWER_PRIVATE_H

#include "json-private.h"
#include "mfpmail.h"

struct mfpmail_job_s {
  cJSON *tree;         /* Owned */
  const cJSON *job;    /* In the tree */
  const cJSON *advice; /* In the tree; NULL if there is none */
  bool is_repeat;
};

struct mfpmail_sign_in_s {
  cJSON *tree;           /* Owned; NULL inside a status */
  const cJSON *sign_in;
};

struct mfpmail_status_s {
  cJSON *tree; /* Owned */
  struct mfpmail_sign_in_s sign_in;
};

struct mfpmail_panel_s {
  cJSON *tree; /* Owned */
};

/*
 * Each takes the tree, in any case: it is deleted if it is not what it should be. O: NULL then, or without memory.
 * Words, numbers and members that this version does not know are no fault: an agent may be newer.
 */
mfpmail_job_t *mfpmail_job_from_json(cJSON *tree, bool is_repeat);
mfpmail_status_t *mfpmail_status_from_json(cJSON *tree);
mfpmail_sign_in_t *mfpmail_sign_in_from_json(cJSON *tree);
mfpmail_panel_t *mfpmail_panel_from_json(cJSON *tree);
mfpmail_lamp_t mfpmail_lamp_from_json(const cJSON *object);

#endif
