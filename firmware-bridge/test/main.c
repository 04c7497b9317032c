#include "check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int checks;
static int failures;
static const char *about_now;

void check_about(const char *about) {
  about_now = about;
}

static void complain(const char *file, int line) {
  failures++;
  (void)fprintf(stderr, "%s:%d: %s%s", file, line, about_now == NULL ? "" : about_now, about_now == NULL ? "" : ": ");
}

bool check_that(bool is_so, const char *condition, const char *file, int line) {
  checks++;
  if (is_so) return true;
  complain(file, line);
  (void)fprintf(stderr, "not so: %s\n", condition);
  return false;
}

bool check_text(const char *got, const char *wanted, const char *file, int line) {
  checks++;
  if (strcmp(got, wanted) == 0) return true;
  complain(file, line);
  (void)fprintf(stderr, "\"%s\" instead of \"%s\"\n", got, wanted);
  return false;
}

bool check_number(long got, long wanted, const char *what, const char *file, int line) {
  checks++;
  if (got == wanted) return true;
  complain(file, line);
  (void)fprintf(stderr, "%s is %ld instead of %ld\n", what, got, wanted);
  return false;
}

/* I: folder of the wire vectors. */
int main(int argc, char **argv) {
  const struct {
    const char *name;
    void (*run)(void);
  } suites[] = {
      {"parsers", test_parsers},         {"answers", test_answers},       {"letters", test_letters},
      {"dialogues", test_dialogues},     {"submissions", test_submissions}, {"patience", test_patience},
  };
  (void)alarm(300); /* a library that blocks must fail, not hang */
  for (size_t n = 0; n < sizeof(suites) / sizeof(suites[0]); n++) {
    int before = checks;
    suites[n].run();
    check_about(NULL);
    (void)printf("%s: %d checks\n", suites[n].name, checks - before);
  }
  if (argc > 1) {
    int before = checks;
    test_vectors(argv[1]);
    check_about(NULL);
    (void)printf("vectors: %d checks\n", checks - before);
  }
  (void)printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
