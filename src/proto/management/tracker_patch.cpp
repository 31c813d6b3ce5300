#include "management/edited_list.hpp"
#include "management/tracker_members.hpp"

#include <array>
#include <optional>
#include <utility>

// A patch is read into operations whose values have been checked; `apply` then only moves entries about, so that it may
// run inside a transaction. Lists are changed through EditedList, which makes any number of operations linear.
namespace earshot::proto {
namespace {

enum class Verb : std::uint8_t { add, replace, remove };
enum class Target : std::uint8_t { name, description, threshold, cooldown, tiers, list };

struct Operation {
    Verb verb = Verb::add;
    Target target = Target::name;
    const ListMember* list = nullptr;  // of Target::list
    bool has_value = false;
    bool is_array = false;
    std::vector<std::string> texts;  // a name or description is the only one
    std::vector<detect::Tier> tiers;
    double number = 0;
};

std::optional<Verb> find_verb(std::string_view word) {
    if (word == "add") return Verb::add;
    if (word == "replace") return Verb::replace;
    if (word == "remove") return Verb::remove;
    return std::nullopt;
}

bool find_target(std::string_view path, Operation& operation) {
    constexpr std::array k_single{
        std::pair{std::string_view("/name"), Target::name},
        std::pair{std::string_view("/description"), Target::description},
        std::pair{std::string_view("/threshold"), Target::threshold},
        std::pair{std::string_view("/cooldownSeconds"), Target::cooldown},
        std::pair{std::string_view("/tiers"), Target::tiers},
    };
    for (const auto& [name, target] : k_single) {
        if (name != path) continue;
        operation.target = target;
        return true;
    }
    operation.target = Target::list;
    operation.list = path.starts_with('/') ? find_list_member(path.substr(1)) : nullptr;
    return operation.list != nullptr;
}

class PatchReader {
public:
    PatchReader(const ManagementRules& rules, FindingList& findings) : members_(rules), findings_(findings) {}

    Operation read(const BodyValue& value) {
        Operation operation;
        std::optional<BodyValue> verb;
        std::optional<BodyValue> path;
        std::optional<BodyValue> content;
        const Place verb_place{&value.place(), "op", 0};
        const Place path_place{&value.place(), "path", 0};
        const Place content_place{&value.place(), "value", 0};
        value.for_each_member([&](std::string_view key, const BodyValue& member) {
            if (key == "op") verb.emplace(member.at(verb_place));
            if (key == "path") path.emplace(member.at(path_place));
            if (key == "value") content.emplace(member.at(content_place));
        });
        if (!value.is_object()) return operation;
        if (!verb) findings_.add(verb_place, "is required");
        if (!path) findings_.add(path_place, "is required");
        if (!verb || !path || !read_head(*verb, *path, operation)) return operation;
        if (content) {
            read_content(*content, operation);
        } else if (operation.verb != Verb::remove) {
            findings_.add(content_place, "is required");
        }
        return operation;
    }

private:
    bool read_head(const BodyValue& verb, const BodyValue& path, Operation& operation) {
        const auto word = verb.text(k_word_bytes);
        const auto target = path.text(k_word_bytes);
        if (!word || !target) return false;
        const auto known = find_verb(*word);
        if (!known) verb.note("must be one of add, replace, remove");
        const bool is_target = find_target(*target, operation);
        if (!is_target) path.note("names nothing that can be changed");
        if (!known || !is_target) return false;
        operation.verb = *known;
        if (operation.verb != Verb::remove || operation.target != Target::name) return true;
        verb.note("must not be remove where \"path\" is /name");
        return false;
    }

    void read_content(const BodyValue& value, Operation& operation) {
        operation.has_value = true;
        const auto keep = [&](std::optional<std::string_view> text) {
            if (text) operation.texts.emplace_back(*text);
        };
        const bool is_removed = operation.verb == Verb::remove;
        switch (operation.target) {
            case Target::name:
                return keep(members_.name(value));
            case Target::description:
                if (!is_removed) keep(members_.description(value));
                return;
            case Target::threshold:
                if (!is_removed) operation.number = members_.threshold(value).value_or(0);
                return;
            case Target::cooldown:
                if (!is_removed) operation.number = members_.cooldown(value).value_or(0);
                return;
            case Target::tiers:
                return read_entries(value, operation, [&](const BodyValue& element) {
                    if (const auto tier = read_tier(element)) operation.tiers.push_back(*tier);
                });
            case Target::list:
                return read_entries(value, operation, [&](const BodyValue& element) {
                    keep(is_removed ? element.text(k_any_bytes) : members_.entry(element, operation.list->kind));
                });
        }
    }

    template <typename Read>
    void read_entries(const BodyValue& value, Operation& operation, Read&& read) {
        operation.is_array = value.is_array();
        if (operation.is_array) {
            value.for_each_element(read);
        } else if (value.is_string()) {
            read(value);
        } else {
            value.note("must be a string or an array of strings");
        }
    }

    static constexpr std::size_t k_word_bytes = 64;
    static constexpr std::size_t k_any_bytes = std::size_t(-1);  // what is removed need only be there

    MemberReader members_;
    FindingList& findings_;
};

/// One application of a patch.
class Edit {
public:
    Edit(detect::TrackerDefinition tracker, const ManagementRules& rules)
        : tracker_(std::move(tracker)), rules_(rules) {}

    void run(const std::vector<Operation>& operations) {
        const Place root;
        for (std::size_t i = 0; i < operations.size() && !findings_.is_full(); ++i) {
            const Place element{&root, {}, i};
            const Place value{&element, "value", 0};
            run_one(operations[i], value);
        }
        for (auto& list : lists_) {
            if (list) list->write_back();
        }
        if (findings_.empty()) check_whole();
    }

    Checked<detect::TrackerDefinition> take() {
        if (!findings_.empty()) return findings_.take();
        return std::move(tracker_);
    }

private:
    void run_one(const Operation& operation, const Place& value) {
        const bool is_set = operation.verb != Verb::remove;
        switch (operation.target) {
            case Target::name:
                tracker_.name = operation.texts.front();
                return;
            case Target::description:
                tracker_.description = is_set ? operation.texts.front() : "";
                return;
            case Target::threshold:
                tracker_.threshold = is_set ? std::optional(operation.number) : std::nullopt;
                return;
            case Target::cooldown:
                tracker_.cooldown_seconds = is_set ? operation.number : 0;
                return;
            case Target::tiers:
                return run_tiers(operation, value);
            case Target::list:
                return run_list(operation, value);
        }
    }

    void run_tiers(const Operation& operation, const Place& value) {
        if (operation.verb == Verb::remove && !operation.has_value) {
            tracker_.tiers.reset();
            return;
        }
        if (operation.verb == Verb::replace || !tracker_.tiers) tracker_.tiers.emplace();
        for (std::size_t i = 0; i < operation.tiers.size(); ++i) {
            const detect::Tier tier = operation.tiers[i];
            const bool was_there = tracker_.tiers->has(tier);
            if (was_there == (operation.verb != Verb::remove)) note(operation, value, i);
            if (operation.verb == Verb::remove) {
                tracker_.tiers = without(*tracker_.tiers, tier);
            } else {
                tracker_.tiers->insert(tier);
            }
        }
    }

    static detect::TierSet without(detect::TierSet tiers, detect::Tier removed) {
        detect::TierSet rest;
        for (const detect::Tier tier : detect::k_all_tiers) {
            if (tier != removed && tiers.has(tier)) rest.insert(tier);
        }
        return rest;
    }

    void run_list(const Operation& operation, const Place& value) {
        EditedList& list = edited(*operation.list);
        if (operation.verb == Verb::replace || !operation.has_value) list.clear();
        const bool is_default = operation.verb == Verb::remove && !operation.has_value;
        if (is_default && operation.list->kind == EntryKind::language) list.add(std::string(k_default_language));
        for (std::size_t i = 0; i < operation.texts.size(); ++i) {
            const bool done =
                operation.verb == Verb::remove ? list.remove(operation.texts[i]) : list.add(operation.texts[i]);
            if (!done) note(operation, value, i);
        }
    }

    void note(const Operation& operation, const Place& value, std::size_t index) {
        const std::string_view problem = operation.verb == Verb::remove ? "is not there" : k_duplicate;
        const Place element{&value, {}, index};
        findings_.add(operation.is_array ? element : value, problem);
    }

    EditedList& edited(const ListMember& member) {
        auto& list = lists_[static_cast<std::size_t>(&member - k_list_members.data())];
        if (!list) list.emplace(tracker_.*(member.list), member.kind);
        return *list;
    }

    void check_whole() {
        const TrackerSize size = size_of(tracker_);
        if (tracker_.vocabulary.empty() && tracker_.patterns.empty())
            findings_.add({"", "\"vocabulary\" " + std::string(k_no_phrase)});
        check_most(size.entries, rules_.limits.phrases, " entries");
        check_most(tracker_.patterns.size(), rules_.limits.body_patterns, " patterns");
        check_most(size.bytes, rules_.tracker_bytes, " bytes");
    }

    void check_most(std::size_t size, std::size_t most, std::string_view what) {
        if (size > most) findings_.add({"", "the tracker would hold over " + std::to_string(most).append(what)});
    }

    detect::TrackerDefinition tracker_;
    const ManagementRules& rules_;
    FindingList findings_;
    std::array<std::optional<EditedList>, k_list_members.size()> lists_;
};

}  // namespace

class TrackerPatch::Impl {
public:
    std::vector<Operation> operations;
    ManagementRules rules;
};

TrackerPatch::TrackerPatch(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
TrackerPatch::TrackerPatch(TrackerPatch&&) noexcept = default;
TrackerPatch& TrackerPatch::operator=(TrackerPatch&&) noexcept = default;
TrackerPatch::~TrackerPatch() = default;

Checked<TrackerPatch> TrackerPatch::read(std::string_view body, const ManagementRules& rules) {
    FindingList findings;
    simdjson::dom::parser parser;
    auto impl = std::make_unique<Impl>();
    impl->rules = rules;
    if (const auto whole = parse_body(body, parser, findings)) {
        const Place root;
        PatchReader reader(rules, findings);
        BodyValue(*whole, root, findings).for_each_element([&](const BodyValue& element) {
            impl->operations.push_back(reader.read(element));
        });
    }
    if (!findings.empty()) return findings.take();
    return TrackerPatch(std::move(impl));
}

Checked<detect::TrackerDefinition> TrackerPatch::apply(detect::TrackerDefinition tracker) const {
    Edit edit(std::move(tracker), impl_->rules);
    edit.run(impl_->operations);
    return edit.take();
}

}  // namespace earshot::proto
