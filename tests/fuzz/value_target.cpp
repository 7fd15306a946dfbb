// Values that plugins hand over: the first byte is their type, the others their content.
#include "base/utf8.hpp"
#include "fuzz/target.hpp"
#include "plugin/json.hpp"
#include "plugin/value.hpp"

#include <cstring>

using davit::fuzz::require;
using davit::plugin::is_json;
using davit::plugin::value;

namespace {

davit_value of_plugin(char type, const std::string &content) {
  davit_value v{};
  switch (type) {
  case 's': v.type = DAVIT_TYPE_STR; break;
  case 'j': v.type = DAVIT_TYPE_JSON; break;
  case 'i': v.type = DAVIT_TYPE_I64; break;
  case 'f': v.type = DAVIT_TYPE_F64; break;
  case 'b': v.type = DAVIT_TYPE_BOOL; break;
  case '0': v.type = DAVIT_TYPE_NONE; break;
  default: v.type = 100U + static_cast<unsigned char>(type); break;
  }
  if (type == 's' || type == 'j')
    v.as.str = davit::plugin::to_abi(content);
  else if (content.size() >= sizeof(v.as))
    std::memcpy(&v.as, content.data(), sizeof(v.as));
  return v;
}

void check_text(const std::string &content) {
  const auto text = davit::to_utf8_text(content);
  require(davit::is_utf8_text(text), "what was made text is text");
  require((text == content) == davit::is_utf8_text(content), "just what is no text is changed");
  require(davit::to_utf8_text(text) == text, "text stays as it is");
}

void check_json(const std::string &content) {
  if (!is_json(content)) return;
  require(davit::is_utf8_text(content) && !content.starts_with("\xEF\xBB\xBF"), "JSON is text without a mark");
  davit::plugin::secrets hidden;
  const std::vector<std::string> words{"hunter2", "hunter22", "-47114711"};
  hidden.add(words);
  const auto scrubbed = davit::plugin::scrub_json(content, hidden);
  require(is_json(scrubbed), "JSON without its secrets is JSON");
  for (const auto &word : words) require(scrubbed.find(word) == std::string::npos, "no secret is left in JSON");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size == 0) return 0;
  const auto content = davit::fuzz::text_of(data + 1, size - 1);
  check_text(content);
  check_json(content);
  const auto copied = davit::plugin::copy(of_plugin(static_cast<char>(data[0]), content));
  if (!copied) return 0;
  const auto again = davit::plugin::copy(davit::plugin::borrow(*copied));
  require(again && *again == *copied, "a value that was lent comes back as it was");
  require(is_json(davit::plugin::to_json(*copied)), "a value can be told in JSON");
  if (const auto parameter = davit::plugin::to_parameter(*copied))
    require(davit::is_utf8_text(*parameter), "a parameter is text");
  return 0;
}
