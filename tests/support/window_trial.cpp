#include "window_trial.hpp"

#include "earshot/detect/speaker_window.hpp"
#include "earshot/text/utf8.hpp"

#include "counting_ids.hpp"
#include "known_utterance.hpp"
#include "oracle.hpp"
#include "tracker_lives.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

namespace earshot::support {
namespace {

using detect::Hit;
using detect::HitChange;
using detect::HitState;

std::string to_string(const OracleHit& hit) {
    std::ostringstream out;
    out << hit;
    return out.str();
}

// The first element of `is` or `should` that the other lacks.
std::string difference(std::vector<OracleHit> is, std::vector<OracleHit> should) {
    std::sort(is.begin(), is.end());
    std::sort(should.begin(), should.end());
    if (is == should) return {};
    std::vector<OracleHit> only;
    std::set_difference(should.begin(), should.end(), is.begin(), is.end(), std::back_inserter(only));
    if (!only.empty()) return "missing: " + to_string(only.front());
    std::set_difference(is.begin(), is.end(), should.begin(), should.end(), std::back_inserter(only));
    return only.empty() ? "a hit is told twice" : "not to be heard: " + to_string(only.front());
}

class WindowRun {
public:
    explicit WindowRun(const WindowTrial& trial)
        : trial_(trial), window_(active_, {trial.user_id, trial.role}, language(), tools_, ids_) {
        speaker_.user_id = trial.user_id;
        speaker_.role = trial.role;
        change(0, 0, true);
    }

    std::string run() {
        for (std::size_t i = 0; i < trial_.steps.size() && problem_.empty(); ++i) {
            step(trial_.steps[i]);
            if (problem_.empty() && all_told_) compare_open();
            if (!problem_.empty()) return "after step " + std::to_string(i) + ": " + problem_;
        }
        while (!open_.empty() && problem_.empty()) {
            end(open_.begin()->first);
            if (problem_.empty() && all_told_) compare_open();
        }
        if (problem_.empty() && !alive_.empty())
            problem_ = "a hit neither confirmed nor retracted: " + alive_.begin()->first;
        if (problem_.empty()) {
            problem_ = difference(confirmed_, confirmed_by_oracle());
        }
        return problem_.empty() ? problem_ : "at the end: " + problem_;
    }

    std::size_t hits() const { return confirmed_.size(); }

private:
    const std::string& language() const { return trial_.lists.front().settings.language; }

    void change(std::size_t slot, std::optional<std::size_t> index, bool is_told) {
        const detect::TrackerListDefinition* definition = index ? &trial_.lists[*index] : nullptr;
        std::shared_ptr<const detect::TrackerList> list;
        if (definition) {
            detect::PhraseSetSource sets;
            auto compiled = detect::TrackerList::compile(*definition, {}, tools_.tokenizer(), sets);
            if (!compiled) return fail("a list does not compile: " + compiled.error().message);
            list = *compiled;
        }
        lives_.put(slot, definition, {speaker_.utterances.size()});
        std::vector<HitChange> changes;
        window_.follow(active_.put(slot, std::move(list)), is_told ? &changes : nullptr);
        if (is_told) check_change(changes);
        apply(changes);
    }

    // What is heard no more is taken back; and nothing else has come, gone or changed (where all was told before).
    void check_change(const std::vector<HitChange>& changes) {
        std::set<std::string> gone;
        for (const HitChange& change : changes) {
            if (change.state == HitState::retracted) {
                gone.insert(change.hit.id);
            } else if (all_told_) {
                fail("a change of lists makes a hit " + std::string(detect::state_name(change.state)));
            }
        }
        for (const auto& [id, told] : alive_) {
            if (lives_.is_over(told.life) && !gone.contains(id)) fail("a removed tracker's hit stays open: " + id);
            if (all_told_ && !lives_.is_over(told.life) && gone.contains(id)) fail("a kept tracker's hit goes: " + id);
        }
    }

    void step(const WindowStep& step) {
        const std::string name = "u" + std::to_string(step.utterance);
        const detect::SpokenText spoken{step.text, {step.start, step.end}, {}};
        std::vector<HitChange> changes;
        std::vector<HitChange>* told = step.is_told ? &changes : nullptr;
        all_told_ = all_told_ && step.is_told;
        switch (step.kind) {
            case WindowStep::Kind::hypothesis:
                open(step.utterance).hypothesize(step.text, step.start, step.end);
                window_.hypothesize(name, spoken, told);
                break;
            case WindowStep::Kind::final_words:
                open(step.utterance).commit(step.text, step.start, step.end);
                window_.commit(name, spoken, told);
                break;
            case WindowStep::Kind::end:
                if (open_.contains(step.utterance)) end(step.utterance, step.is_told);
                break;
            case WindowStep::Kind::end_as_it_stands:
                if (const auto at = open_.find(step.utterance); at != open_.end()) {
                    at->second.commit_hypothesis();
                    window_.commit_hypothesis(name);
                    end(step.utterance, step.is_told);
                }
                break;
            case WindowStep::Kind::change:
                change(step.slot, step.list, step.is_told);
                break;
        }
        apply(changes);
    }

    KnownUtterance& open(int utterance) {
        window_.open("u" + std::to_string(utterance));
        const auto [at, is_new] = open_.try_emplace(utterance);
        if (is_new) at->second.lists = lives_.size();
        return at->second;
    }

    void end(int utterance, bool told = true) {
        std::vector<HitChange> changes;
        const detect::EndedUtterance ended = window_.end("u" + std::to_string(utterance), told ? &changes : nullptr);
        const KnownUtterance was = open_.at(utterance);
        open_.erase(utterance);
        const OracleUtterance words = was.final_words();
        if (ended.bytes != words.text.size()) return fail("an utterance of another size than its finals");
        if (ended.messages.empty() != text::trim(words.text).empty())
            return fail("messages without text, or text without");
        for (std::size_t k = 0; k < ended.messages.size(); ++k) {
            if (!message_ids_.insert(ended.messages[k].id).second) return fail("a message id is used twice");
            if (k < was.message_ids.size() && !was.message_ids[k].empty() &&
                was.message_ids[k] != ended.messages[k].id) {
                return fail("message " + std::to_string(k) + " has another id than while it was open");
            }
        }
        if (!words.text.empty()) {  // an utterance without text ends silently and is none
            bases_.push_back(ended.base);
            speaker_.utterances.push_back(words);
        }
        messages_.insert(messages_.end(), ended.messages.begin(), ended.messages.end());
        for (const Hit& hit : ended.retracted) retire(hit.id, "retracted at the end");
        for (const Hit& hit : ended.confirmed) confirm(hit);
        apply(changes);
    }

    void retire(const std::string& id, const char* what) {
        if (alive_.erase(id) == 0) fail(std::string(what) + " without being alive: " + id);
        dead_.insert(id);
    }

    void confirm(const Hit& hit) {
        alive_.erase(hit.id);
        if (!dead_.insert(hit.id).second) return fail("a hit's id comes after its end: " + hit.id);
        confirmed_.push_back(placed(hit));
        check_parts(hit, true);
    }

    void apply(const std::vector<HitChange>& changes) {
        for (const HitChange& change : changes) {
            const std::string& id = change.hit.id;
            switch (change.state) {
                case HitState::created:
                    if (dead_.contains(id) || !alive_.emplace(id, told(change.hit)).second)
                        fail("created twice: " + id);
                    break;
                case HitState::updated:
                    if (!alive_.contains(id)) return fail("updated without being alive: " + id);
                    alive_[id] = told(change.hit);
                    break;
                case HitState::retracted:
                    retire(id, "retracted");
                    break;
                case HitState::confirmed:
                    fail("confirmed before an end");
                    break;
            }
        }
    }

    // What was told adds up to what the window knows; and that is what the oracle hears in each open utterance.
    void compare_open() {
        std::vector<OracleHit> is;
        std::map<std::string, Told> left = alive_;
        for (const Hit& hit : window_.open_hits()) {
            const auto at = left.find(hit.id);
            if (at == left.end()) return fail("an open hit was not told: " + hit.id);
            if (!same(at->second, told(hit))) return fail("an open hit is not as it was told: " + hit.id);
            left.erase(at);
            is.push_back(placed(hit));
            check_parts(hit, false);
        }
        if (!left.empty()) return fail("a told hit is not open: " + left.begin()->first);

        std::vector<OracleHit> should;
        const std::size_t last = speaker_.utterances.size();
        for (auto& [number, utterance] : open_) {
            speaker_.utterances.push_back(utterance.known());
            const auto hits = oracle_hits(lives_.lists(), std::span(&speaker_, 1));
            speaker_.utterances.pop_back();
            std::copy_if(hits.begin(), hits.end(), std::back_inserter(should),
                         [&](const OracleHit& hit) { return hit.end.utterance == last && !lives_.is_over(hit.list); });
        }
        if (const std::string text = difference(is, should); !text.empty()) fail("open hits: " + text);
    }

    // What no later change takes away: tracker by tracker, until they were heard no more.
    std::vector<OracleHit> confirmed_by_oracle() const {
        std::vector<OracleHit> hits = oracle_hits(lives_.lists(), std::span(&speaker_, 1));
        std::erase_if(hits, [&](const OracleHit& hit) { return !lives_.reports(hit.list, 0, hit.end.utterance); });
        return hits;
    }

    // A hit and the life of its tracker, which outlasts changes of the list that it stands in.
    struct Told {
        Hit hit;
        std::size_t life = 0;
    };

    Told told(const Hit& hit) {
        const auto life = lives_.life_of(hit.slot, hit.tracker);
        if (!life) fail("a tracker is heard that is not there, or muted: " + hit.id);
        if (active_.list(hit.slot) != hit.list) fail("a hit of a list that is no longer there: " + hit.id);
        return {hit, life.value_or(0)};
    }

    // What a client would be told is the same; that words of other hits follow in the message is no change of this one.
    static bool same(const Told& a, const Told& b) {
        const auto key = [](const Told& told) {
            return std::tie(told.hit.id, told.life, told.hit.phrase, told.hit.tier, told.hit.score);
        };
        return key(a) == key(b) &&
               std::equal(a.hit.parts.begin(), a.hit.parts.end(), b.hit.parts.begin(), b.hit.parts.end(),
                          [](const detect::HitPart& x, const detect::HitPart& y) {
                              return std::tie(x.message_id, x.begin, x.end) == std::tie(y.message_id, y.begin, y.end);
                          });
    }

    OracleHit placed(const Hit& hit) {
        OracleHit result;
        result.list = told(hit).life;
        result.phrase = hit.phrase;
        result.tier = hit.tier;
        result.begin = place(hit.begin);
        result.end = place(hit.end);
        return result;
    }

    // All open utterances stand at the same place, behind those that ended.
    OraclePlace place(std::uint64_t byte) const {
        const std::uint64_t open_base = bases_.empty() ? 0 : bases_.back() + speaker_.utterances.back().text.size() + 1;
        if (byte >= open_base) return {bases_.size(), static_cast<std::size_t>(byte - open_base)};
        std::size_t u = bases_.size() - 1;
        while (bases_[u] > byte) --u;
        return {u, static_cast<std::size_t>(byte - bases_[u])};
    }

    static std::size_t byte_at(const std::string& text, std::uint32_t utf16) {
        std::uint32_t units = 0;
        std::size_t byte = 0;
        while (byte < text.size() && units < utf16) {
            const auto lead = static_cast<unsigned char>(text[byte]);
            byte += lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
            units += lead < 0xF0 ? 1 : 2;
        }
        return byte;
    }

    static std::string cut(const std::string& text, std::uint32_t begin, std::uint32_t end) {
        return text.substr(byte_at(text, begin), byte_at(text, end) - byte_at(text, begin));
    }

    // The spans cut out what was said; each part lies in a message that is known, or, in an open utterance, will be.
    void check_parts(const Hit& hit, bool is_final) {
        if (hit.parts.empty()) return fail("a hit without a part: " + hit.id);
        std::string said;
        for (const detect::HitPart& part : hit.parts) {
            if (part.begin >= part.end || part.end > text::utf16_length(part.text))
                return fail("an empty or broken span");
            said += (said.empty() ? "" : " ") + cut(part.text, part.begin, part.end);
            const detect::Message* message = find_message(part.message_id);
            if (message != nullptr && message->text != part.text) return fail("a part of a message with another text");
            if (message == nullptr && is_final) return fail("a confirmed hit in a message that was not told");
        }
        if (!is_final) note_open_messages(hit);
        if (hit.tier == detect::Tier::exact) check_words(hit, said);
    }

    // Sentence k of what is known has the id that message k will have. Where several utterances are open, a hit does
    // not say in which it lies, and nothing is checked.
    void note_open_messages(const Hit& hit) {
        if (open_.size() != 1) return;
        KnownUtterance& utterance = open_.begin()->second;
        const std::string text = utterance.known().text;
        const OraclePlace begin = place(hit.begin);
        const OraclePlace end = place(hit.end);
        const std::size_t from = begin.utterance == bases_.size() ? begin.byte : 0;
        const auto is_open = [&](const detect::HitPart& part) { return find_message(part.message_id) == nullptr; };
        auto part = std::find_if(hit.parts.begin(), hit.parts.end(), is_open);
        const auto& sentences = tools_.sentences().split(text, language());
        for (std::size_t k = 0; k < sentences.size(); ++k) {
            const text::Sentence& place = sentences[k];
            if (place.byte_end <= from || place.byte_begin >= end.byte) continue;
            if (part == hit.parts.end()) return fail("a hit has too few parts: " + hit.id);
            if (part->text != text.substr(place.byte_begin, place.byte_end - place.byte_begin)) {
                return fail("a part in a sentence that nobody said: " + part->text);
            }
            if (utterance.message_ids.size() <= k) utterance.message_ids.resize(k + 1);
            std::string& id = utterance.message_ids[k];
            if (id.empty()) id = part->message_id;
            if (id != part->message_id) return fail("sentence " + std::to_string(k) + " has another id than before");
            ++part;
        }
        if (part != hit.parts.end()) fail("a hit has too many parts: " + hit.id);
    }

    const detect::Message* find_message(const std::string& id) const {
        const auto at = std::find_if(messages_.begin(), messages_.end(),
                                     [&](const detect::Message& message) { return message.id == id; });
        return at == messages_.end() ? nullptr : &*at;
    }

    void check_words(const Hit& hit, const std::string& said) {
        const text::WordList phrase = tools_.tokenizer().words_of(hit.value());
        const text::WordList words = tools_.tokenizer().words_of(said);
        const bool equal = std::equal(
            phrase.words.begin(), phrase.words.end(), words.words.begin(), words.words.end(),
            [&](const text::Word& a, const text::Word& b) { return phrase.normal_form(a) == words.normal_form(b); });
        if (!equal) fail("the span of \"" + hit.value() + "\" cuts out \"" + said + "\"");
    }

    void fail(const std::string& problem) {
        if (problem_.empty()) problem_ = problem;
    }

    const WindowTrial& trial_;
    detect::LanguageTools tools_;
    CountingIds ids_;
    detect::ActiveLists active_;
    detect::SpeakerWindow window_;
    TrackerLives lives_;
    std::map<int, KnownUtterance> open_;
    OracleSpeaker speaker_;
    std::vector<std::uint64_t> bases_;
    std::vector<detect::Message> messages_;
    std::set<std::string> message_ids_;
    std::map<std::string, Told> alive_;
    std::set<std::string> dead_;
    std::vector<OracleHit> confirmed_;
    bool all_told_ = true;
    std::string problem_;
};

}  // namespace

std::string run_window_trial(const WindowTrial& trial, std::size_t* hits) {
    WindowRun run(trial);
    std::string problem = run.run();
    if (hits != nullptr) *hits += run.hits();
    return problem;
}

WindowTrial shrink(WindowTrial trial) {
    const auto fails_without = [](auto& list, std::size_t at, const WindowTrial& whole) {
        auto taken = std::move(list[at]);
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
        if (!run_window_trial(whole).empty()) return true;
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), std::move(taken));
        return false;
    };
    for (std::size_t i = trial.steps.size(); i-- > 0;) fails_without(trial.steps, i, trial);
    for (detect::TrackerListDefinition& list : trial.lists) {
        for (std::size_t i = list.trackers.size(); i-- > 0;) {
            if (fails_without(list.trackers, i, trial)) continue;
            detect::TrackerDefinition& tracker = list.trackers[i];
            for (auto* part : {&tracker.vocabulary, &tracker.patterns, &tracker.exclude_vocabulary}) {
                for (std::size_t p = part->size(); p-- > 0;) {
                    if (part != &tracker.exclude_vocabulary && tracker.vocabulary.size() + tracker.patterns.size() < 2)
                        break;
                    fails_without(*part, p, trial);
                }
            }
        }
    }
    return trial;
}

std::string describe(const WindowTrial& trial) {
    std::ostringstream out;
    out << "speaker \"" << trial.user_id << "\", role \"" << trial.role << "\"\n";
    for (std::size_t l = 0; l < trial.lists.size(); ++l) {
        const auto& settings = trial.lists[l].settings;
        out << "list " << l << ", language " << settings.language << ", gap " << settings.phrase_gap_seconds << '\n';
        for (const detect::TrackerDefinition& tracker : trial.lists[l].trackers) {
            out << "  " << tracker.id << ": cooldown " << tracker.cooldown_seconds << ", tiers";
            for (const detect::Tier tier : detect::k_all_tiers) {
                if (tracker.tiers.value_or(settings.tiers).has(tier)) out << ' ' << detect::tier_name(tier);
            }
            for (const auto& [what, list] :
                 {std::pair("vocabulary", &tracker.vocabulary), std::pair("pattern", &tracker.patterns),
                  std::pair("exclusion", &tracker.exclude_vocabulary), std::pair("speaker", &tracker.speakers)}) {
                for (const std::string& one : *list) out << "\n    " << what << " \"" << one << '"';
            }
            out << '\n';
        }
    }
    for (const WindowStep& step : trial.steps) {
        constexpr const char* names[] = {"hypothesis", "final", "end", "end as it stands", "change"};
        out << names[static_cast<std::size_t>(step.kind)];
        if (step.kind == WindowStep::Kind::change) {
            out << " slot " << step.slot << " to " << (step.list ? "list " + std::to_string(*step.list) : "nothing")
                << (step.is_told ? "\n" : " untold\n");
            continue;
        }
        out << " u" << step.utterance << " \"" << step.text << "\" [" << step.start << ", " << step.end
            << (step.is_told ? "]\n" : "] untold\n");
    }
    return out.str();
}

}  // namespace earshot::support
