// The C header as C++11 and later sees it.
#include <davit/plugin.h>

static const davit_str capability = DAVIT_STR("db.read");

const davit_str *davit_header_check(davit_value *value, const char *text);

const davit_str *davit_header_check(davit_value *value, const char *text) {
  value->type = DAVIT_TYPE_STR;
  value->as.str = davit_cstr(text);
  return &capability;
}
