/* JSON to handles: what is there, what is missing, what is of the wrong type. */
#include "check.h"

#include "answer-private.h"

#include <string.h>

static cJSON *tree(const char *text) {
  return mfpmail_json_parse_object(text, strlen(text));
}

static void test_job(void) {
  check_about("job");
  mfpmail_job_t *job = mfpmail_job_from_json(
      tree("{\"job\":{\"queueId\":\"01hyr\",\"state\":\"held\",\"hold\":{\"reason\":\"sign-in-needed\"},\"attempts\":3,"
           "\"acceptedAtMs\":1795262400000,\"isPossibleDuplicate\":true,\"recipients\":[{\"forwardPath\":\"a@b\","
           "\"state\":\"failed\",\"reply\":\"550 no\"}],\"lastReply\":{\"code\":\"recipient-refused\",\"reply\":\"550 no\"}},"
           "\"guidance\":{\"title\":\"T\",\"paragraph\":\"P\"}}"),
      false);
  if (!CHECK(job != NULL)) return;
  CHECK_TEXT(mfpmail_job_id(job), "01hyr");
  CHECK_NUMBER(mfpmail_job_state(job), MFPMAIL_JOB_HELD);
  CHECK_TEXT(mfpmail_job_hold_reason(job), "sign-in-needed");
  CHECK_NUMBER(mfpmail_job_attempts(job), 3);
  CHECK(mfpmail_job_accepted_at_ms(job) == 1795262400000 && mfpmail_job_next_attempt_at_ms(job) == 0);
  CHECK(mfpmail_job_is_possible_duplicate(job) && !mfpmail_job_is_repeat(job));
  CHECK_NUMBER(mfpmail_job_recipient_count(job), 1);
  CHECK_TEXT(mfpmail_job_recipient_address(job, 0), "a@b");
  CHECK_TEXT(mfpmail_job_recipient_state(job, 0), "failed");
  CHECK_TEXT(mfpmail_job_recipient_reply(job, 0), "550 no");
  CHECK_TEXT(mfpmail_job_recipient_address(job, 1), "");
  CHECK_TEXT(mfpmail_job_last_code(job), "recipient-refused");
  CHECK_TEXT(mfpmail_job_last_reply(job), "550 no");
  CHECK_TEXT(mfpmail_job_subject(job), "");
  CHECK_TEXT(mfpmail_job_advice_title(job), "T");
  CHECK_TEXT(mfpmail_job_advice(job), "P");
  mfpmail_job_delete(job);
  /* Wrong types are as if they were not there; words of the future too. */
  job = mfpmail_job_from_json(tree("{\"queueId\":\"a\",\"state\":\"teleported\",\"hold\":7,\"attempts\":-5,"
                                   "\"recipients\":{\"0\":{\"forwardPath\":\"a@b\"}},"
                                   "\"acceptedAtMs\":1e999,\"lastReply\":[],\"isPossibleDuplicate\":\"yes\"}"),
                              true);
  if (!CHECK(job != NULL)) return;
  CHECK_NUMBER(mfpmail_job_state(job), MFPMAIL_JOB_OTHER);
  CHECK_TEXT(mfpmail_job_state_name(job), "teleported");
  CHECK_TEXT(mfpmail_job_hold_reason(job), "");
  CHECK_NUMBER(mfpmail_job_attempts(job), 0);
  CHECK_NUMBER(mfpmail_job_recipient_count(job), 0);
  CHECK_TEXT(mfpmail_job_recipient_address(job, 0), "");
  CHECK(mfpmail_job_accepted_at_ms(job) == 0 && !mfpmail_job_is_possible_duplicate(job) && mfpmail_job_is_repeat(job));
  mfpmail_job_delete(job);
  CHECK(mfpmail_job_from_json(tree("{\"queueId\":7}"), false) == NULL);
  CHECK(mfpmail_job_from_json(tree("{\"queueId\":\"../../etc\"}"), false) == NULL);
  CHECK(mfpmail_job_from_json(tree("{\"job\":[]}"), false) == NULL);
  CHECK(mfpmail_job_from_json(NULL, false) == NULL);
  mfpmail_job_delete(NULL);
}

static void test_status(void) {
  check_about("status");
  mfpmail_status_t *status = mfpmail_status_from_json(
      tree("{\"version\":\"0.1.0\",\"glance\":\"held\",\"lamp\":\"amber\",\"sentence\":\"S\",\"provider\":\"exchange-online\","
           "\"deviceEmailAddress\":\"d@e\",\"account\":{\"identity\":{\"upn\":\"u@e\"}},\"storage\":{\"state\":\"ok\"},"
           "\"queue\":{\"waiting\":1,\"sending\":2,\"held\":3,\"failed\":4,\"holdReason\":\"upn-mismatch\"},"
           "\"warnings\":[\"W\",7],\"signIn\":{\"step\":\"code\",\"userCode\":\"ABC\",\"isKnownHost\":true}}"));
  if (!CHECK(status != NULL)) return;
  CHECK_TEXT(mfpmail_status_version(status), "0.1.0");
  CHECK_TEXT(mfpmail_status_glance(status), "held");
  CHECK_TEXT(mfpmail_status_sentence(status), "S");
  CHECK_NUMBER(mfpmail_status_lamp(status), MFPMAIL_LAMP_AMBER);
  CHECK_TEXT(mfpmail_status_provider(status), "exchange-online");
  CHECK_TEXT(mfpmail_status_device_address(status), "d@e");
  CHECK_TEXT(mfpmail_status_account(status), "u@e");
  CHECK_TEXT(mfpmail_status_storage(status), "ok");
  CHECK_TEXT(mfpmail_status_hold_reason(status), "upn-mismatch");
  CHECK_NUMBER(mfpmail_status_waiting(status), 1);
  CHECK_NUMBER(mfpmail_status_sending(status), 2);
  CHECK_NUMBER(mfpmail_status_held(status), 3);
  CHECK_NUMBER(mfpmail_status_failed(status), 4);
  CHECK_NUMBER(mfpmail_status_warning_count(status), 2);
  CHECK_TEXT(mfpmail_status_warning(status, 0), "W");
  CHECK_TEXT(mfpmail_status_warning(status, 1), "");
  CHECK_TEXT(mfpmail_sign_in_user_code(mfpmail_status_sign_in(status)), "ABC");
  CHECK_NUMBER(mfpmail_sign_in_step(mfpmail_status_sign_in(status)), MFPMAIL_SIGN_IN_CODE);
  mfpmail_status_delete(status);
  status = mfpmail_status_from_json(tree("{\"glance\":\"new\",\"lamp\":\"violet\",\"queue\":{\"waiting\":1e30}}"));
  if (!CHECK(status != NULL)) return;
  CHECK_NUMBER(mfpmail_status_lamp(status), MFPMAIL_LAMP_OFF);
  CHECK_NUMBER(mfpmail_status_waiting(status), 0);
  CHECK_NUMBER(mfpmail_sign_in_step(mfpmail_status_sign_in(status)), MFPMAIL_SIGN_IN_OTHER);
  mfpmail_status_delete(status);
  CHECK(mfpmail_status_from_json(tree("{}")) == NULL);
}

static void test_sign_in_and_panel(void) {
  check_about("sign-in");
  mfpmail_sign_in_t *sign_in = mfpmail_sign_in_from_json(
      tree("{\"step\":\"failed\",\"code\":\"policy-blocked\",\"aadsts\":53003,\"identity\":{\"upn\":\"u\",\"name\":\"N\"},"
           "\"verificationUri\":\"https://x\",\"expiresAtMs\":5,\"deviceEmailAddress\":\"d\"}"));
  if (!CHECK(sign_in != NULL)) return;
  CHECK_NUMBER(mfpmail_sign_in_step(sign_in), MFPMAIL_SIGN_IN_FAILED);
  CHECK_TEXT(mfpmail_sign_in_code(sign_in), "policy-blocked");
  CHECK_NUMBER(mfpmail_sign_in_aadsts(sign_in), 53003);
  CHECK_TEXT(mfpmail_sign_in_account(sign_in), "u");
  CHECK_TEXT(mfpmail_sign_in_account_name(sign_in), "N");
  CHECK_TEXT(mfpmail_sign_in_uri(sign_in), "https://x");
  CHECK_TEXT(mfpmail_sign_in_device_address(sign_in), "d");
  CHECK(mfpmail_sign_in_expires_at_ms(sign_in) == 5 && !mfpmail_sign_in_is_known_host(sign_in));
  mfpmail_sign_in_delete(sign_in);
  CHECK(mfpmail_sign_in_from_json(tree("{\"step\":1}")) == NULL);
  check_about("panel");
  mfpmail_panel_t *panel = mfpmail_panel_from_json(
      tree("{\"screen\":\"home\",\"lamp\":\"green\",\"columns\":20,\"rows\":4,\"lines\":[\"a\",\"スキャン\",3],\"keys\":{\"ok\":\"Menu\"}}"));
  if (!CHECK(panel != NULL)) return;
  CHECK_TEXT(mfpmail_panel_screen(panel), "home");
  CHECK_NUMBER(mfpmail_panel_lamp(panel), MFPMAIL_LAMP_GREEN);
  CHECK_NUMBER(mfpmail_panel_columns(panel), 20);
  CHECK_NUMBER(mfpmail_panel_rows(panel), 4);
  CHECK_TEXT(mfpmail_panel_line(panel, 1), "スキャン");
  CHECK_TEXT(mfpmail_panel_line(panel, 2), "");
  CHECK_TEXT(mfpmail_panel_line(panel, 99), "");
  CHECK_TEXT(mfpmail_panel_key(panel, MFPMAIL_KEY_OK), "Menu");
  CHECK_TEXT(mfpmail_panel_key(panel, MFPMAIL_KEY_DOWN), "");
  CHECK_TEXT(mfpmail_panel_key(panel, (mfpmail_key_t)9), "");
  mfpmail_panel_delete(panel);
  CHECK(mfpmail_panel_from_json(tree("{\"lines\":\"a\"}")) == NULL);
}

void test_answers(void) {
  test_job();
  test_status();
  test_sign_in_and_panel();
}
