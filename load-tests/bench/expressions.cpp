#include "expressions.hpp"

#include <stdexcept>
#include <string_view>

namespace earshot::bench {
namespace {

// Each "@" stands for one of the things.
constexpr std::string_view k_templates[] = {
    R"(\b@ (?:number|id|reference)(?: is)? [a-z]{0,2}\d{4,})",
    R"(\b(?:cancel|close|terminate|end|stop) (?:my|the|our|this) @\b)",
    R"(\b(?:renew|extend|upgrade|downgrade)\s+(?:my|the|our)\s+@\b)",
    R"(\b@ (?:has|have|had) (?:not|never|n't) (?:arrived|started|worked|been \w+))",
    R"(\bcharged (?:me )?(?:twice|again|double|\w+ times) for (?:my|the|this) @)",
    R"(\$\s?\d+(?:[.,]\d{2})? (?:a|per|each) (?:month|year|week) for (?:the|my|a) @)",
    R"(\b(?:refund|credit|reimburse)\w*\b.{0,40}\b@\b)",
    R"(\b@ (?:fees?|charges?|costs?|prices?) (?:went|go|goes|gone) up)",
    R"(\b(?:cheaper|better|other|another) @ (?:elsewhere|somewhere|from|with|at)\b)",
    R"(\b(?:lost|stolen|missing|broken|damaged) @s?\b)",
    R"(\bhow (?:much|long|many).{0,20}\b@s?\b)",
    R"((?:^|\b)(?:i|we) (?:want|need|would like|have) to (?:change|check|dispute|return) (?:my|our|the) @)",
    R"(\b@ (?:was|is|got) (?:denied|declined|rejected|suspended|blocked)\b)",
    R"(\b(?:supervisor|manager|lawyer|attorney)\b.*\b@\b)",
    R"(\bterms (?:and conditions )?of (?:the|your|my|this) @)",
    R"(\b@ (?:expires?|ends?|is due|runs out) (?:on|in|by|at) (?:the )?\w+)",
    R"(\b(?:i|we)(?:'ll| will| can| am going to| are going to) (?:waive|reduce|match|double) (?:the|your) @)",
    R"(\b(?:acme|globex|initech|umbrella|hooli) (?:has|offers|gives|sells)\b.*@)",
    R"(\b\d{1,3} ?(?:%|percent) (?:off|discount|less) (?:on|for) (?:the|my|your|a) @)",
};

constexpr std::string_view k_things[] = {
    "order",     "invoice",     "account",  "ticket",       "policy",      "claim",    "tracking",  "booking",
    "contract",  "membership",  "warranty", "reservation",  "appointment", "delivery", "loan",      "mortgage",
    "statement", "bill",        "card",     "subscription", "router",      "modem",    "phone",     "plan",
    "data plan", "installment", "deposit",  "repair",       "replacement", "package",  "shipment",  "voucher",
    "gift card", "password",    "device",   "internet",     "connection",  "roaming",  "insurance", "credit report",
};

// No word is in them.
constexpr std::string_view k_wordless[] = {
    R"(\b\d{3}[-. ]?\d{3}[-. ]?\d{4}\b)",
    R"(\b\d{4}(?:[- ]?\d{4}){3}\b)",
    R"(\b[a-z]{2}\d{6,}\b)",
    R"(\b\d{1,2}/\d{1,2}/\d{2,4}\b)",
    R"(\b\d+[.,]\d{2}\b)",
    R"(\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b)",
    R"(\b[a-z0-9._%+-]+@[a-z0-9-]+\.[a-z]{2,}\b)",
    R"(\b\d{5}(?:-\d{4})?\b)",
    R"(\b[\dx*]{8,}\b)",
    R"(\b\w{18,}\b)",
};

std::string with_thing(std::string_view expression, std::string_view thing) {
    std::string result;
    for (const char c : expression) {
        if (c == '@') {
            result += thing;
        } else {
            result += c;
        }
    }
    return result;
}

}  // namespace

std::vector<std::string> make_expressions(std::size_t count) {
    if (count > std::size(k_templates) * std::size(k_things)) throw std::invalid_argument("so many are not known");
    std::vector<std::string> expressions;
    expressions.reserve(count);
    for (std::size_t i = 0; expressions.size() < count; ++i) {
        if (i % 50 == 49 && i / 50 < std::size(k_wordless)) {
            expressions.emplace_back(k_wordless[i / 50]);
        }
        if (expressions.size() == count) break;
        // Neighbours differ in both.
        const std::string_view form = k_templates[i % std::size(k_templates)];
        const std::string_view thing = k_things[i % std::size(k_things)];
        expressions.push_back(with_thing(form, thing));
    }
    return expressions;
}

}  // namespace earshot::bench
