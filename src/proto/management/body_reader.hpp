#pragma once

#include "earshot/proto/management_codec.hpp"

#include "json_reader.hpp"

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// simdjson's DOM with paths. In contrast to JsonValue nothing ends at the first error: what is wrong is noted, and
// reading goes on behind it.
namespace earshot::proto {

/// Gathers findings, of which the first k_most are written out.
class FindingList {
public:
    /// `problem` says what is wrong with what stands at `place`, as in "must be a string".
    void add(const Place& place, std::string_view problem);
    void add(Finding finding);

    /// Further ones would be dropped; readers may stop.
    bool is_full() const noexcept { return findings_.list.size() == Findings::k_most; }
    bool empty() const noexcept { return findings_.list.empty(); }
    /// Whether something is wrong with what stands at `path`, a JSON pointer.
    bool has(std::string_view path) const noexcept;
    Findings take() { return std::move(findings_); }

private:
    Findings findings_;
};

/// A value and its place, which it refers to. Readers give nothing where they noted a finding.
class BodyValue {
public:
    BodyValue(simdjson::dom::element value, const Place& place, FindingList& findings)
        : value_(value), place_(place), findings_(findings) {}

    const Place& place() const noexcept { return place_; }
    /// The same value with a place that lives longer.
    BodyValue at(const Place& place) const { return {value_, place, findings_}; }
    bool is_array() const { return value_.is_array(); }
    bool is_object() const { return value_.is_object(); }
    bool is_string() const { return value_.is_string(); }
    bool is_number() const { return value_.is_number(); }
    simdjson::dom::element element() const { return value_; }

    void note(std::string_view problem) const { findings_.add(place_, problem); }
    /// Something is wrong with a place inside of this value.
    void note(Finding finding) const { findings_.add(std::move(finding)); }
    void note_missing(std::string_view member) const { findings_.add(Place{&place_, member, 0}, "is required"); }

    /// A view into the document. Not: over `max_bytes`, half of a surrogate pair, U+0000, which not every database
    /// takes.
    std::optional<std::string_view> text(std::size_t max_bytes) const;
    /// The bounds are whole numbers.
    std::optional<double> number(double least, double most) const;
    /// `number`, which stands here in some other form, if it is within the bounds.
    std::optional<double> within(double number, double least, double most) const;

    /// Calls `visit(key, BodyValue)` for each member; one that is null is absent.
    template <typename Visit>
    void for_each_member(Visit&& visit) const {
        simdjson::dom::object object;
        if (value_.get_object().get(object)) return note("must be an object");
        for (const auto [key, member] : object) {
            if (findings_.is_full()) return;
            if (member.is_null()) continue;
            const Place inner{&place_, key, 0};
            visit(key, BodyValue(member, inner, findings_));
        }
    }

    /// Calls `visit(BodyValue)` for each element. False: it is no array.
    template <typename Visit>
    bool for_each_element(Visit&& visit) const {
        simdjson::dom::array array;
        if (value_.get_array().get(array)) {
            note("must be an array");
            return false;
        }
        std::size_t index = 0;
        for (const simdjson::dom::element element : array) {
            if (findings_.is_full()) break;
            const Place inner{&place_, {}, index++};
            visit(BodyValue(element, inner, findings_));
        }
        return true;
    }

private:
    simdjson::dom::element value_;
    const Place& place_;
    FindingList& findings_;
};

/// Parses `body` into `parser`, which then owns the document. Nothing: it is no JSON, and that is noted.
std::optional<simdjson::dom::element> parse_body(std::string_view body, simdjson::dom::parser& parser,
                                                 FindingList& findings);

}  // namespace earshot::proto
