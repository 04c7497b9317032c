/* Each parser as a table, each row whole and octet by octet. */
#include "check.h"

#include "event-parser-private.h"
#include "http-reply-private.h"
#include "json-private.h"
#include "text-private.h"

#include <stdlib.h>
#include <string.h>

static bool add(void *data, const char *octets, size_t size) {
  return mfpmail_buffer_add(data, octets, size);
}

static void test_http_reply(void) {
  static const struct {
    const char *about;
    const char *octets;
    mfpmail_parse_t outcome;
    int status;
    const char *body;
  } rows[] = {
      {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", MFPMAIL_PARSE_DONE, 200, "ok"},
      {"what follows belongs to nobody", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP", MFPMAIL_PARSE_DONE, 200, "ok"},
      {"lower case, blanks", "HTTP/1.1 201 \r\ncontent-length:\t 2 \r\n\r\nok", MFPMAIL_PARSE_DONE, 201, "ok"},
      {"no reason phrase", "HTTP/1.1 204\r\n\r\n", MFPMAIL_PARSE_DONE, 204, ""},
      {"empty body", "HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", MFPMAIL_PARSE_DONE, 500, ""},
      {"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", MFPMAIL_PARSE_DONE, 200, "ok"},
      {"interim answers", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", MFPMAIL_PARSE_DONE, 200, "x"},
      {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n0A\r\n0123456789\r\n0\r\nT: x\r\n\r\n", MFPMAIL_PARSE_DONE, 200, "abc0123456789"},
      {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", MFPMAIL_PARSE_MORE, 200, "ok"},
      {"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", MFPMAIL_PARSE_MORE, 200, "abc"},
      {"no last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", MFPMAIL_PARSE_MORE, 200, "abc"},
      {"a body that ends with the connection", "HTTP/1.1 200 OK\r\n\r\nok", MFPMAIL_PARSE_BAD, 200, ""},
      {"length and chunks", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", MFPMAIL_PARSE_BAD, 200, ""},
      {"a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok", MFPMAIL_PARSE_BAD, 200, ""},
      {"a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"a sign", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx", MFPMAIL_PARSE_BAD, 200, ""},
      {"no digits", "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"2^64", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"chunked twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"blank before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok", MFPMAIL_PARSE_BAD, 200, ""},
      {"a folded line", "HTTP/1.1 200 OK\r\nX: a\r\n b: c\r\nContent-Length: 0\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"no name", "HTTP/1.1 200 OK\r\n: a\r\nContent-Length: 0\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"no colon", "HTTP/1.1 200 OK\r\nX\r\nContent-Length: 0\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", MFPMAIL_PARSE_BAD, 0, ""},
      {"bare CR", "HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 0\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"switching protocols", "HTTP/1.1 101 x\r\nContent-Length: 0\r\n\r\n", MFPMAIL_PARSE_BAD, 101, ""},
      {"status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", MFPMAIL_PARSE_BAD, 0, ""},
      {"status 600", "HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n", MFPMAIL_PARSE_BAD, 600, ""},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", MFPMAIL_PARSE_BAD, 0, ""},
      {"SMTP", "220 mfp ESMTP\r\n", MFPMAIL_PARSE_BAD, 0, ""},
      {"chunk size empty", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"chunk size negative", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"chunk size 2^32", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100000000\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"chunk size with 0x", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"chunk without its line end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", MFPMAIL_PARSE_BAD, 200, "a"},
      {"chunk whose line end is half one", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\n0\r\n\r\n", MFPMAIL_PARSE_BAD, 200, "a"},
      {"chunk size whose line end is half one", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\rxa\r\n0\r\n\r\n", MFPMAIL_PARSE_BAD, 200, ""},
      {"chunk lines by LF", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n", MFPMAIL_PARSE_BAD, 200, ""},
  };
  for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
    check_about(rows[n].about);
    size_t size = strlen(rows[n].octets);
    for (size_t piece = 1; piece <= size; piece += piece < 3 ? 1 : size) {
      mfpmail_http_reply_t reply;
      mfpmail_buffer_t body;
      mfpmail_parse_t outcome = MFPMAIL_PARSE_MORE;
      mfpmail_http_reply_init(&reply);
      mfpmail_buffer_init(&body, 1000);
      for (size_t at = 0; at < size && outcome == MFPMAIL_PARSE_MORE; at += piece)
        outcome = mfpmail_http_reply_feed(&reply, rows[n].octets + at, size - at < piece ? size - at : piece, add, &body);
      CHECK_NUMBER(outcome, rows[n].outcome);
      CHECK_NUMBER(reply.status, rows[n].status);
      CHECK_TEXT(mfpmail_buffer_text(&body), rows[n].body);
      mfpmail_buffer_free(&body);
    }
  }
}

static mfpmail_parse_t feed_head(mfpmail_http_reply_t *reply, const char *field, size_t times) {
  mfpmail_http_reply_init(reply);
  mfpmail_parse_t outcome = mfpmail_http_reply_feed(reply, "HTTP/1.1 503 x\r\n", 16, add, NULL);
  for (size_t n = 0; n < times && outcome == MFPMAIL_PARSE_MORE; n++)
    outcome = mfpmail_http_reply_feed(reply, field, strlen(field), add, NULL);
  if (outcome == MFPMAIL_PARSE_MORE) outcome = mfpmail_http_reply_feed(reply, "Content-Length: 0\r\n\r\n", 21, add, NULL);
  return outcome;
}

static void test_head_limits(void) {
  mfpmail_http_reply_t reply;
  char field[2000];
  check_about("head limits");
  CHECK_NUMBER(feed_head(&reply, "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", 400), MFPMAIL_PARSE_DONE);
  CHECK_NUMBER(feed_head(&reply, "X: yyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n", 600), MFPMAIL_PARSE_BAD);
  CHECK_NUMBER(feed_head(&reply, "Retry-After: 30\r\nContent-Type: text/event-stream; x\r\n", 1), MFPMAIL_PARSE_DONE);
  CHECK_NUMBER(reply.retry_after_s, 30);
  CHECK(reply.is_event_stream);
  CHECK_NUMBER(feed_head(&reply, "Retry-After: 99999999999\r\nContent-Type: text/event-streams\r\n", 1), MFPMAIL_PARSE_DONE);
  CHECK_NUMBER(reply.retry_after_s, 86400);
  CHECK(!reply.is_event_stream);
  CHECK_NUMBER(feed_head(&reply, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", 1), MFPMAIL_PARSE_DONE);
  CHECK_NUMBER(reply.retry_after_s, 0);
  /* A long line of a field we do not know is skipped; one whose end matters to us is refused. */
  memset(field, 'y', sizeof(field));
  memcpy(field, "Content-Security-Policy: ", 25);
  memcpy(field + 1990, "\r\n", 3);
  CHECK_NUMBER(feed_head(&reply, field, 1), MFPMAIL_PARSE_DONE);
  memset(field, '0', 1990);
  memcpy(field, "Content-Length: ", 16);
  CHECK_NUMBER(feed_head(&reply, field, 1), MFPMAIL_PARSE_BAD);
  /* A NUL hides what is behind it. */
  mfpmail_http_reply_init(&reply);
  CHECK_NUMBER(mfpmail_http_reply_feed(&reply, "HTTP/1.1 200 OK\r\nX: a\0b\r\n", 25, add, NULL), MFPMAIL_PARSE_BAD);
  /* Interim answers end somewhere. */
  mfpmail_parse_t outcome = MFPMAIL_PARSE_MORE;
  mfpmail_http_reply_init(&reply);
  for (int n = 0; n < 1000 && outcome == MFPMAIL_PARSE_MORE; n++)
    outcome = mfpmail_http_reply_feed(&reply, "HTTP/1.1 100 Continue\r\n\r\n", 25, add, NULL);
  CHECK_NUMBER(outcome, MFPMAIL_PARSE_BAD);
  /* So do trailers and chunk extensions. */
  static const char *const beginnings[] = {"0\r\n", "0;y"};
  for (int which = 0; which < 2; which++) {
    mfpmail_chunked_t chunked;
    mfpmail_chunked_init(&chunked);
    memset(field, 'y', sizeof(field));
    outcome = mfpmail_chunked_feed(&chunked, beginnings[which], 3, add, NULL);
    for (int n = 0; n < 3 && outcome == MFPMAIL_PARSE_MORE; n++)
      outcome = mfpmail_chunked_feed(&chunked, field, sizeof(field), add, NULL);
    CHECK_NUMBER(outcome, MFPMAIL_PARSE_BAD);
  }
}

/* Writes "name=data|" for each event. */
static void note(void *context, const char *name, const char *data, size_t size) {
  mfpmail_buffer_t *notes = context;
  (void)mfpmail_buffer_add_string(notes, name);
  (void)mfpmail_buffer_add(notes, "=", 1);
  (void)mfpmail_buffer_add(notes, data, size);
  (void)mfpmail_buffer_add(notes, "|", 1);
}

static void test_events(void) {
  static const struct {
    const char *about, *octets, *events;
  } rows[] = {
      {"one", "event: a\ndata: b\n\n", "a=b|"},
      {"without blanks", "event:a\ndata:b\n\n", "a=b|"},
      {"one blank only goes", "data:  b\n\n", "message= b|"},
      {"lines of data", "data: a\ndata: b\ndata:\n\n", "message=a\nb\n|"},
      {"CRLF", "event: a\r\ndata: b\r\n\r\nevent: c\r\ndata: d\r\n\r\n", "a=b|c=d|"},
      {"CR", "event: a\rdata: b\r\r", "a=b|"},
      {"comments", ": ping\n\n: ping\n\ndata: x\n\n", "message=x|"},
      {"no data is no event", "event: a\n\ndata: b\n\n", "message=b|"},
      {"an empty data field is one", "data\n\n", "message=|"},
      {"the last one may be cut", "data: a\n\ndata: b\n", "message=a|"},
      {"other fields", "id: 1\nretry: 5\nx: y\ndatabase: z\ndata: a\n\n", "message=a|"},
      {"a name longer than any", "event: 0123456789012345678901234567890123456789\ndata: a\n\n", "0123456789012345678901234567890=a|"},
  };
  for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
    check_about(rows[n].about);
    size_t size = strlen(rows[n].octets);
    for (size_t piece = 1; piece <= size; piece += piece < 3 ? 1 : size) {
      mfpmail_event_parser_t parser;
      mfpmail_buffer_t notes;
      mfpmail_event_parser_init(&parser);
      mfpmail_buffer_init(&notes, 1000);
      for (size_t at = 0; at < size; at += piece)
        CHECK(mfpmail_event_parser_feed(&parser, rows[n].octets + at, size - at < piece ? size - at : piece, note, &notes));
      CHECK_TEXT(mfpmail_buffer_text(&notes), rows[n].events);
      mfpmail_event_parser_free(&parser);
      mfpmail_buffer_free(&notes);
    }
  }
  static const char *const endless[] = {"data: 012345678901234567890123456789012345678901234567890123456\n",
                                        "a line without end, and without any, a line without end, and so "};
  for (int which = 0; which < 2; which++) {
    check_about(which == 0 ? "an endless event" : "an endless line");
    mfpmail_event_parser_t parser;
    mfpmail_event_parser_init(&parser);
    bool goes_on = true;
    size_t fed = 0;
    for (; fed < 2 * MFPMAIL_LARGEST_EVENT && goes_on; fed += 64)
      goes_on = mfpmail_event_parser_feed(&parser, endless[which], 64, note, NULL);
    CHECK(!goes_on && fed < MFPMAIL_LARGEST_EVENT + 65536);
    mfpmail_event_parser_free(&parser);
  }
}

static void test_json(void) {
  static const struct {
    const char *about, *text;
    bool is_object;
  } rows[] = {
      {"an object", "{\"a\":[1,2,{\"b\":null}]}", true},
      {"white space around", " {} \n", true},
      {"an array", "[1]", false},
      {"a string", "\"a\"", false},
      {"nothing", "", false},
      {"half", "{\"a\":", false},
      {"something behind", "{}x", false},
      {"two", "{}{}", false},
      {"brackets do not fit", "{]}", false},
      {"brackets in strings do not count", "{\"a\":\"[[[{{{\\\"[[\"}", true},
      {"a raw line end in a string", "{\"a\":\"b\nc\"}", false},
      {"overlong UTF-8", "{\"a\":\"\xC0\xAF\"}", false},
      {"overlong UTF-8 of three octets", "{\"a\":\"\xE0\x80\xAF\"}", false},
      {"overlong UTF-8 of four octets", "{\"a\":\"\xF0\x80\x80\xAF\"}", false},
      {"a surrogate in UTF-8", "{\"a\":\"\xED\xA0\x80\"}", false},
      {"a lone escaped surrogate", "{\"a\":\"\\ud800\"}", false},
      {"beyond Unicode", "{\"a\":\"\xF4\x90\x80\x80\"}", false},
      {"good UTF-8", "{\"a\":\"\xE3\x82\xB9\xF0\x9F\x96\xA8\"}", true},
  };
  for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
    check_about(rows[n].about);
    cJSON *tree = mfpmail_json_parse_object(rows[n].text, strlen(rows[n].text));
    CHECK((tree != NULL) == rows[n].is_object);
    cJSON_Delete(tree);
  }
  check_about("nesting and number of values");
  mfpmail_buffer_t text;
  mfpmail_buffer_init(&text, 1000000);
  for (int depth = 1; depth < 33; depth++) (void)mfpmail_buffer_add_string(&text, "{\"a\":");
  (void)mfpmail_buffer_add_string(&text, "1");
  for (int depth = 1; depth < 33; depth++) (void)mfpmail_buffer_add_string(&text, "}");
  CHECK(mfpmail_json_is_sane(text.text, text.length));
  (void)mfpmail_buffer_add_string(&text, " ");
  char *deeper = malloc(text.length + 8);
  if (deeper == NULL) abort();
  (void)strcpy(deeper, "{\"a\":");
  (void)strcat(deeper, text.text);
  deeper[strlen(deeper) - 1] = '}';
  CHECK(!mfpmail_json_is_sane(deeper, strlen(deeper)));
  free(deeper);
  mfpmail_buffer_clear(&text);
  (void)mfpmail_buffer_add_string(&text, "{\"a\":[1");
  for (int n = 0; n < 21000; n++) (void)mfpmail_buffer_add_string(&text, ",1");
  (void)mfpmail_buffer_add_string(&text, "]}");
  CHECK(!mfpmail_json_is_sane(text.text, text.length));
  mfpmail_buffer_free(&text);
  CHECK(!mfpmail_json_is_sane("{\0}", 3) && !mfpmail_json_is_sane("{", 1) && !mfpmail_json_is_sane("\"", 1));
}

static void test_text(void) {
  check_about("text");
  CHECK(mfpmail_text_is_line("Grüße", 10) && !mfpmail_text_is_line("Grüße", 6) && !mfpmail_text_is_line("", 10));
  CHECK(!mfpmail_text_is_line("a\r\nb", 10) && !mfpmail_text_is_line("a\x7F", 10) && !mfpmail_text_is_line("\xFF", 10));
  CHECK(mfpmail_text_is_key("aZ09._-") && !mfpmail_text_is_key("") && !mfpmail_text_is_key("a/b"));
  CHECK(mfpmail_text_is_ascii_line("application/pdf", 20) && !mfpmail_text_is_ascii_line(" a", 20));
  CHECK(mfpmail_text_is_key("0123456789012345678901234567890123456789012345678901234567890123"));
  CHECK(!mfpmail_text_is_key("01234567890123456789012345678901234567890123456789012345678901234"));
  mfpmail_buffer_t buffer;
  mfpmail_buffer_init(&buffer, 12);
  CHECK(mfpmail_buffer_add_encoded(&buffer, "a+b@\n"));
  CHECK_TEXT(mfpmail_buffer_text(&buffer), "a%2Bb%40%0A");
  CHECK(!mfpmail_buffer_add_encoded(&buffer, "++") && buffer.has_failed);
  CHECK(buffer.length <= 12);
  mfpmail_buffer_clear(&buffer);
  CHECK(mfpmail_buffer_add(&buffer, "123456789012", 12) && !mfpmail_buffer_add(&buffer, "3", 1));
  CHECK_TEXT(mfpmail_buffer_text(&buffer), "123456789012");
  mfpmail_buffer_free(&buffer);
  char one[33];
  char two[33];
  CHECK(mfpmail_text_random_hex(one, 16) && mfpmail_text_random_hex(two, 16) && strcmp(one, two) != 0);
  CHECK_NUMBER(strlen(one), 32);
}

void test_parsers(void) {
  test_http_reply();
  test_head_limits();
  test_events();
  test_json();
  test_text();
}
