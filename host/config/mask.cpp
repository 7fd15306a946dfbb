#include "config/mask.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace davit::config {
namespace {

using range = std::pair<std::size_t, std::size_t>;
constexpr auto npos = std::string_view::npos;

constexpr std::string_view secret_words[] = {"password", "passwd",     "passphrase", "pwd",
                                             "secret",   "credential", "token",      "api_key",
                                             "api-key",  "apikey",     "access_key", "private_key"};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_quote(char c) { return c == '"' || c == '\''; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto &c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool continues_name(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-'; }

// Whether a value can end before position `at`: a quote that anything else follows did not close a value.
bool value_may_end(std::string_view line, std::size_t at) {
  return at >= line.size() || is_space(line[at]) || is_quote(line[at]) ||
         std::string_view(",}]&#").find(line[at]) != npos;
}

std::size_t end_of_quoted(std::string_view line, std::size_t begin) {
  const char quote = line[begin];
  for (auto i = begin + 1; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == quote) {
      // The second quote of """ has nothing behind it that tells an empty string from a long one: take the whole line.
      const bool closes =
          value_may_end(line, i + 1) && !(i == begin + 1 && i + 1 < line.size() && line[i + 1] == quote);
      return closes ? i + 1 : line.size();
    }
  }
  return line.size();
}

std::size_t end_of_bare(std::string_view line, std::size_t begin) {
  for (auto i = begin; i < line.size(); ++i) {
    if (line[i] == '&') return i;
    if (is_space(line[i]) && line[i - 1] != '\\') return i; // conninfo escapes a space with a backslash
    if (is_quote(line[i]) && value_may_end(line, i + 1)) return i;
  }
  return line.size();
}

// The value after a secret word that ends at `at`; an empty range if none is assigned here, or if it is a table, which
// says where the secret is and not what.
range assigned_value(std::string_view line, std::string_view lowered, std::size_t at) {
  while (at < line.size() && continues_name(lowered[at])) ++at;
  if (at < line.size() && is_quote(line[at])) ++at;
  while (at < line.size() && is_space(line[at])) ++at;
  if (at >= line.size() || line[at] != '=') return {at, at};
  ++at;
  while (at < line.size() && is_space(line[at])) ++at;
  if (at >= line.size() || line[at] == '{') return {at, at};
  if (line[at] == '[') return {at, line.size()};
  return {at, is_quote(line[at]) ? end_of_quoted(line, at) : end_of_bare(line, at)};
}

// The password of the URL whose authority begins at `at`. Passwords with unescaped '/', '@' or quotes are common in
// files that do not work yet, so it is taken to reach to the last '@' of the line.
range url_password(std::string_view line, std::size_t at) {
  const auto last_at_sign = line.rfind('@');
  if (last_at_sign != npos && last_at_sign > at) {
    const auto colon = line.find(':', at);
    return colon < last_at_sign ? range{colon + 1, last_at_sign} : range{at, at};
  }
  const auto end = end_of_bare(line, at);
  const auto colon = line.find(':', at);
  if (colon == npos || colon >= end) return {at, at};
  auto port_end = colon + 1;
  while (port_end < end && is_digit(line[port_end])) ++port_end;
  const bool port = port_end == end || std::string_view("/?#,").find(line[port_end]) != npos;
  return port ? range{at, at} : range{colon + 1, end};
}

// Ascending and disjoint.
std::vector<range> secret_ranges(std::string_view line, hide what) {
  std::vector<range> found;
  for (auto at = line.find("://"); at != npos; at = line.find("://", at + 3))
    found.push_back(url_password(line, at + 3));
  const auto lowered = lower(line);
  for (const auto word : secret_words)
    for (auto at = lowered.find(word); at != npos; at = lowered.find(word, at + word.size()))
      found.push_back(assigned_value(line, lowered, at + word.size()));
  if (what == hide::all)
    for (auto at = line.find('='); at != npos; at = line.find('=', at + 1))
      found.push_back(assigned_value(line, lowered, at));
  std::erase_if(found, [](const range &r) { return r.first >= r.second; });
  std::sort(found.begin(), found.end());

  std::vector<range> merged;
  for (const auto &r : found) {
    if (!merged.empty() && r.first <= merged.back().second)
      merged.back().second = std::max(merged.back().second, r.second);
    else
      merged.push_back(r);
  }
  return merged;
}

} // namespace

masked_text mask_secrets(std::string_view line, std::size_t offset, hide what) {
  constexpr std::string_view mask = "****";
  masked_text out{{}, offset};
  std::size_t done = 0;
  for (const auto &[begin, end] : secret_ranges(line, what)) {
    out.text += line.substr(done, begin - done);
    if (offset >= begin && offset < end) out.offset = out.text.size();
    out.text += mask;
    if (offset >= end) out.offset = out.text.size() + (offset - end);
    done = end;
  }
  out.text += line.substr(done);
  return out;
}

} // namespace davit::config
