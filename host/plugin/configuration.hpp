// A plugin's `config` table: validated against the keys that the plugin declares, read by dotted path.
#pragma once

#include "config/node.hpp"
#include "plugin/descriptor.hpp"
#include "plugin/value.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace davit::plugin {

class configuration {
public:
  // Throws error_code::config_unknown or config_value with file:line:column; `where` is the [[plugins]] entry's place,
  // for keys that are missing. Secrets in { env = … } and { file = … } are fetched here, files relative to `base`.
  configuration(config::node table, const std::vector<config_key> &keys, const place &where, const std::string &base);

  // nullopt: the path leads to no declared key. NONE: absent, without a default. An empty path: all of it, no secrets.
  std::optional<value> get(std::string_view path) const;

  // Elements of an array or table, 0 if absent; nullopt: no declared key. Throws error_code::config_value if it is
  // neither.
  std::optional<std::uint64_t> length(std::string_view path) const;

  // The texts that must not appear in anything davit prints or stores.
  const std::vector<std::string> &secrets() const { return secrets_; }

  struct schema {
    const config_key *leaf = nullptr;
    std::map<std::string, schema, std::less<>> children;
    std::unique_ptr<schema> element; // of an array
  };

private:
  struct found {
    const schema *rule;          // null inside of a JSON leaf
    const config::node *written; // null: absent
  };
  std::optional<found> find(std::string_view path) const;
  void validate(config::node &n, const schema &rule, const std::string &path, const std::string &base);
  void take_secret(config::node &n, const std::string &path, const std::string &base);
  static void add(schema &root, const config_key &key);
  error complaint(error_code code, const place &where, std::string_view message, std::string_view hint) const;

  std::vector<config_key> keys_;
  schema root_;
  config::node table_;
  config::node public_; // without the secrets
  place where_;
  std::vector<std::string> secrets_;
};

} // namespace davit::plugin
