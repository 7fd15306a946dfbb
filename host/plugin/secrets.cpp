#include "plugin/secrets.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace davit::plugin {
namespace {

constexpr std::size_t longest_message = std::size_t{64} << 10; // bytes
constexpr std::size_t shortest_beginning = 16;                 // bytes; less may be anything
constexpr std::string_view cut_mark = "...";                   // of the server, "Failing row contains (…" for one

// How much of the secret `text` begins with, if the server has cut it there; 0 if it has not.
std::size_t cut_beginning(std::string_view text, std::string_view secret) {
  const auto same = std::mismatch(text.begin(), text.end(), secret.begin(), secret.end()).first - text.begin();
  for (auto n = static_cast<std::size_t>(same); n >= shortest_beginning; --n)
    if (text.substr(n).starts_with(cut_mark)) return n;
  return 0;
}

void replace_beginnings(std::string &text, std::string_view secret) {
  if (secret.size() <= shortest_beginning) return;
  const auto head = secret.substr(0, shortest_beginning);
  for (std::size_t at = 0; (at = text.find(head, at)) != std::string::npos; ++at)
    if (const auto n = cut_beginning(std::string_view(text).substr(at), secret)) text.replace(at, n, "***");
}

// As text is shown in one line: queries of other sessions, for one.
std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (!space || out.empty() || out.back() != ' ') out += space ? ' ' : c;
  }
  return out;
}

// As SQL has it between quotes.
std::string doubled(std::string_view text, char what) {
  std::string out;
  for (const char c : text) out.append(c == what ? 2 : 1, c);
  return out;
}

// All that it may look like in messages and statements.
std::vector<std::string> forms_of(const std::string &secret) {
  std::vector<std::string> out;
  for (const auto &one_line : {secret, squeezed(secret)})
    for (const auto &quoted : {one_line, doubled(one_line, '\'')}) {
      out.push_back(quoted);
      out.push_back(doubled(quoted, '\\'));
    }
  return out;
}

} // namespace

void secrets::add(const std::vector<std::string> &texts) {
  for (const auto &t : texts)
    for (auto &form : forms_of(t))
      if (form.size() >= 4 && std::find(texts_.begin(), texts_.end(), form) == texts_.end()) texts_.push_back(form);
  std::sort(texts_.begin(), texts_.end(), [](const auto &a, const auto &b) { return a.size() > b.size(); });
}

std::string secrets::scrub(std::string_view text) const {
  std::string out(text);
  for (const auto &secret : texts_) {
    for (std::size_t at = 0; (at = out.find(secret, at)) != std::string::npos; at += 3)
      out.replace(at, secret.size(), "***");
    replace_beginnings(out, secret);
  }
  return out;
}

std::string secrets::spoken(std::string_view text, std::string_view instead) const {
  // Scrubbed first: a cut secret would not be found.
  return is_utf8_text(text) ? cut_text(scrub(text), longest_message) : std::string(instead);
}

} // namespace davit::plugin
