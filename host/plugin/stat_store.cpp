#include "plugin/stat_store.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

namespace davit::plugin {
namespace {

constexpr std::string_view closed_prefix = "migration/";

bool removed(const stat_entry &e) { return std::holds_alternative<std::monostate>(e.content); }

// Text is put together rather than ordered_json, which looks at all keys of an object for each one that is added.
std::string quoted(const std::string &text) { return nlohmann::json(text).dump(); }

void add(std::string &object, const std::string &key, const std::string &content) {
  object += (object.empty() ? "" : ",") + quoted(key) + ":" + content;
}

std::string to_text(const stat_entry &e) {
  return R"({"value":)" + to_json(e.content) + R"(,"by":)" + quoted(e.written_by) + R"(,"phase":)" + quoted(e.phase) +
         "}";
}

// JSON that a plugin has stored and that is no object, array or null comes back as what it looks like.
value from_json(const nlohmann::json &v) {
  switch (v.type()) {
  case nlohmann::json::value_t::boolean: return v.get<bool>();
  case nlohmann::json::value_t::number_integer: return v.get<std::int64_t>();
  case nlohmann::json::value_t::number_float: return v.get<double>();
  case nlohmann::json::value_t::string: return v.get<std::string>();
  case nlohmann::json::value_t::number_unsigned:
    if (const auto n = v.get<std::uint64_t>(); n <= std::numeric_limits<std::int64_t>::max())
      return static_cast<std::int64_t>(n);
    break;
  default: break;
  }
  return json_text{v.dump()};
}

} // namespace

bool is_stat_key(std::string_view key) {
  return !key.empty() && key.size() <= 255 && is_text(key) &&
         std::none_of(key.begin(), key.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void stat_store::revert(std::size_t to) {
  while (undo_.size() > to) {
    change &c = undo_.back();
    stat_layer *const layer = c.in_layer ? (layer_ ? &*layer_ : nullptr) : &run_;
    if (layer) {
      if (c.before)
        layer->insert_or_assign(c.key, std::move(*c.before));
      else
        layer->erase(c.key);
    }
    undo_.pop_back();
  }
}

void stat_store::open_layer(std::string version) {
  layer_.emplace();
  version_ = std::move(version);
}

void stat_store::close_layer() {
  if (!layer_) return;
  for (auto &[key, entry] : *layer_)
    if (!removed(entry)) run_.insert_or_assign(std::string(closed_prefix) + version_ + "/" + key, std::move(entry));
  layer_.reset();
  undo_.clear(); // marks do not reach across migrations
}

bool stat_store::restore_layer(const std::string &json) try {
  stat_layer restored;
  const auto all = nlohmann::json::parse(json);
  if (!all.is_object()) return false;
  for (const auto &[key, entry] : all.items())
    restored.insert_or_assign(key, stat_entry{from_json(entry.at("value")), entry.at("by").get<std::string>(),
                                              entry.at("phase").get<std::string>()});
  if (layer_) layer_->merge(restored);
  return true;
} catch (const nlohmann::json::exception &) {
  return false;
}

const stat_entry *stat_store::find(std::string_view key) const {
  if (layer_)
    if (const auto at = layer_->find(key); at != layer_->end()) return removed(at->second) ? nullptr : &at->second;
  const auto at = run_.find(key);
  return at == run_.end() || removed(at->second) ? nullptr : &at->second;
}

void stat_store::set(std::string_view key, stat_entry entry) {
  stat_layer &layer = layer_ ? *layer_ : run_;
  const auto at = layer.find(key);
  undo_.push_back({layer_.has_value(), std::string(key), at == layer.end() ? std::nullopt : std::optional(at->second)});
  layer.insert_or_assign(std::string(key), std::move(entry));
}

std::string stat_store::visible_as_json() const {
  std::string out;
  stat_layer all = run_;
  if (layer_)
    for (const auto &[key, entry] : *layer_) all.insert_or_assign(key, entry);
  for (const auto &[key, entry] : all)
    if (!removed(entry)) add(out, key, plugin::to_json(entry.content));
  return "{" + out + "}";
}

std::string stat_store::to_json() const {
  std::string run, migrations, version, of_version; // those of one version stand together
  const auto close = [&] {
    if (!of_version.empty()) add(migrations, version, "{" + std::exchange(of_version, {}) + "}");
  };
  for (const auto &[key, entry] : run_) {
    if (removed(entry)) continue;
    const auto slash = key.find('/', closed_prefix.size());
    if (!key.starts_with(closed_prefix) || slash == std::string::npos) {
      add(run, key, to_text(entry));
      continue;
    }
    if (auto next = key.substr(closed_prefix.size(), slash - closed_prefix.size()); next != version) {
      close();
      version = std::move(next);
    }
    add(of_version, key.substr(slash + 1), to_text(entry));
  }
  close();
  return R"({"run":{)" + run + R"(},"migrations":{)" + migrations + "}}";
}

} // namespace davit::plugin
