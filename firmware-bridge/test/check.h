/* The test harness: as small as it can be. */
#ifndef MFPMAIL_TEST_CHECK_H
#define MFPMAIL_TEST_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* Says what was expected and goes on: one run shows all that is wrong. */
#define CHECK(condition) check_that((condition), #condition, __FILE__, __LINE__)
#define CHECK_TEXT(got, wanted) check_text((got), (wanted), __FILE__, __LINE__)
#define CHECK_NUMBER(got, wanted) check_number((long)(got), (long)(wanted), #got, __FILE__, __LINE__)

bool check_that(bool is_so, const char *condition, const char *file, int line);
bool check_text(const char *got, const char *wanted, const char *file, int line);
bool check_number(long got, long wanted, const char *what, const char *file, int line);
/* Named in the complaints that follow; NULL for none. */
void check_about(const char *about);

void test_parsers(void);
void test_answers(void);
void test_letters(void);
void test_dialogues(void);
void test_submissions(void);
void test_patience(void);
void test_vectors(const char *folder);

#endif
