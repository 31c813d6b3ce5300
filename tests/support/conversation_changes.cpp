#include "support/conversation_changes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace earshot::test {
namespace {

using detect::ConversationChange;

class Maker {
public:
    explicit Maker(std::mt19937& random) : random_(random) {}

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

    std::string text() {
        static const char* const k_pieces[] = {"hello ", "\"", "\\", "é", "😀", "\n", "\x01", "what does it cost", "ß"};
        std::string text;
        for (unsigned i = below(4); i > 0; --i) text += k_pieces[below(std::size(k_pieces))];
        return text;
    }

    base::WallTime time() { return base::WallTime(std::chrono::milliseconds(below(2'000'000'000))); }

    std::optional<detect::WallSpan> span() {
        if (below(4) == 0) return std::nullopt;
        const base::WallTime start = time();
        return detect::WallSpan{start, start + std::chrono::milliseconds(below(5000))};
    }

    double seconds() {
        return below(5) == 0 ? std::numeric_limits<double>::quiet_NaN() : std::ldexp(random_() % 1'000'000, -10);
    }

    detect::MessageRecord message() {
        detect::MessageRecord message{
            "message" + std::to_string(below(50)), "member" + std::to_string(below(3)), below(9), text(), span(), {}};
        for (unsigned i = below(3); i > 0; --i) message.words.push_back({text(), seconds(), seconds(), seconds()});
        return message;
    }

    detect::HitRecord hit() {
        constexpr detect::Tier k_tiers[] = {detect::Tier::exact, detect::Tier::inflected, detect::Tier::pattern,
                                            detect::Tier::fuzzy, detect::Tier::semantic};
        detect::HitRecord hit{
            "hit" + std::to_string(below(50)), "tracker" + std::to_string(below(4)), text(), text(), k_tiers[below(5)],
            std::ldexp(below(1024), -10),      "member" + std::to_string(below(3)),  {}};
        for (unsigned i = 1 + below(2); i > 0; --i) {
            const std::uint32_t begin = below(100);
            hit.parts.push_back({"message" + std::to_string(below(50)), begin, begin + below(20), span()});
        }
        return hit;
    }

private:
    std::mt19937& random_;
};

bool is_same_number(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool is_same_word(const detect::TimedWord& a, const detect::TimedWord& b) {
    return a.word == b.word && is_same_number(a.start, b.start) && is_same_number(a.end, b.end) &&
           is_same_number(a.confidence, b.confidence);
}

bool is_same_message(const detect::MessageRecord& a, const detect::MessageRecord& b) {
    return a.id == b.id && a.member == b.member && a.utterance == b.utterance && a.text == b.text && a.time == b.time &&
           std::equal(a.words.begin(), a.words.end(), b.words.begin(), b.words.end(), is_same_word);
}

}  // namespace

ConversationChange random_change(std::mt19937& random) {
    Maker maker(random);
    ConversationChange change;
    change.account = "account";
    change.conversation = std::to_string(maker.below(3));
    if (maker.below(3) == 0) {
        constexpr detect::ConversationSource k_sources[] = {
            detect::ConversationSource::stream, detect::ConversationSource::text, detect::ConversationSource::audio,
            detect::ConversationSource::video};
        change.begin = detect::ConversationBegin{maker.text(), k_sources[maker.below(4)],
                                                 maker.below(3) == 0 ? detect::Keeping::hits : detect::Keeping::full,
                                                 maker.time()};
    }
    for (unsigned i = maker.below(3); i > 0; --i) {
        change.members.push_back({"member" + std::to_string(maker.below(3)), maker.text(), maker.text(), maker.text()});
    }
    for (unsigned i = maker.below(4); i > 0; --i) change.messages.push_back(maker.message());
    for (unsigned i = maker.below(3); i > 0; --i) change.hits.push_back(maker.hit());
    if (maker.below(4) == 0) change.ended = maker.time();
    return change;
}

bool is_same(const ConversationChange& a, const ConversationChange& b) {
    const bool begins = a.begin.has_value() == b.begin.has_value() &&
                        (!a.begin || (a.begin->name == b.begin->name && a.begin->source == b.begin->source &&
                                      a.begin->keeping == b.begin->keeping && a.begin->started == b.begin->started));
    return begins && a.account == b.account && a.conversation == b.conversation && a.members == b.members &&
           a.hits == b.hits && a.ended == b.ended &&
           std::equal(a.messages.begin(), a.messages.end(), b.messages.begin(), b.messages.end(), is_same_message);
}

}  // namespace earshot::test
