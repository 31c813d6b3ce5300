#pragma once

#include "earshot/text/utf8.hpp"

#include "oracle.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::support {

/// What is known of an open utterance, by the contract's rules of how finals and hypotheses make its text.
struct KnownUtterance {
    std::string committed;
    std::string hypothesis;
    double start = std::numeric_limits<double>::quiet_NaN();  ///< of its finals
    double end = std::numeric_limits<double>::quiet_NaN();
    double hypothesis_start = std::numeric_limits<double>::quiet_NaN();
    double hypothesis_end = std::numeric_limits<double>::quiet_NaN();
    bool has_final = false;
    std::size_t lists = 0;
    std::vector<std::string> message_ids;

    static std::string join(std::string first, std::string_view second) {
        if (!first.empty() && !second.empty()) first += ' ';
        return first += second;
    }

    void hypothesize(std::string_view text, double from, double to) {
        hypothesis = text::trim(text);
        hypothesis_start = from;
        hypothesis_end = to;
    }

    void commit(std::string_view text, double from, double to) {
        hypothesis.clear();
        committed = join(committed, text::trim(text));
        start = std::fmin(start, from);
        end = std::fmax(end, to);
        has_final = true;
    }

    void commit_hypothesis() {
        if (!hypothesis.empty()) commit(std::string(hypothesis), hypothesis_start, hypothesis_end);
    }

    OracleUtterance known() const {
        OracleUtterance result = final_words();
        result.text = join(committed, hypothesis);
        if (!has_final) {
            result.start = hypothesis_start;
            result.end = hypothesis_end;
        }
        return result;
    }

    OracleUtterance final_words() const { return {committed, start, end, lists, {}}; }
};

}  // namespace earshot::support
