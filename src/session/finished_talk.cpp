#include "earshot/session/finished_talk.hpp"

#include "earshot/text/utf8.hpp"

#include "hit_record.hpp"

#include <algorithm>
#include <deque>

namespace earshot::session {

using detect::MemberRecord;
using detect::TimeSpan;
using detect::WallSpan;

struct FinishedTalk::Speaker {
    struct Pending {
        std::uint64_t ticket = 0;
        std::uint64_t utterance = 0;
        bool is_over = false;
        std::vector<detect::Verdict> verdicts;
    };

    MemberRecord member;
    detect::SpeakerWindow window;
    std::uint64_t before = 0;  ///< utterances that are numbered before those of the window
    std::deque<Pending> pending;
};

FinishedTalk::FinishedTalk(HearingRules rules, detect::LanguageTools& tools, base::IdSource& ids)
    : rules_(std::move(rules)), tools_(tools), ids_(ids) {
    if (rules_.list) lists_.put(lists_.free_slot(), rules_.list);
}

FinishedTalk::~FinishedTalk() = default;

// ---- Who takes part ------------------------------------------------------------------------------------------------

void FinishedTalk::know(const MemberRecord& member) {
    add(member);
}

FinishedTalk::Speaker& FinishedTalk::add(MemberRecord member) {
    detect::SpeakerWindow window(lists_, {member.user_id, member.role}, rules_.language, tools_, ids_);
    speakers_.push_back(std::make_unique<Speaker>(Speaker{std::move(member), std::move(window), 0, {}}));
    return *speakers_.back();
}

FinishedTalk::Speaker& FinishedTalk::speaker_of(const proto::Speaker& who) {
    const auto is_meant = [&](const auto& speaker) {
        const MemberRecord& known = speaker->member;
        if (!who.user_id.empty()) return known.user_id == who.user_id;
        return known.user_id.empty() && known.name == who.name;
    };
    const auto found = std::find_if(speakers_.begin(), speakers_.end(), is_meant);
    if (found == speakers_.end()) {
        Speaker& added = add({ids_.make_uuid(), who.name, who.user_id, who.role});
        change_.members.push_back(added.member);
        return added;
    }
    Speaker& speaker = **found;
    MemberRecord more = speaker.member;
    if (more.name.empty()) more.name = who.name;
    if (more.role.empty() && !who.role.empty()) {
        more.role = who.role;
        speaker.window.set_role(who.role);
    }
    if (more != speaker.member) change_.members.push_back(speaker.member = std::move(more));
    return speaker;
}

// ---- What is said --------------------------------------------------------------------------------------------------

TimeSpan FinishedTalk::seconds(const std::optional<WallSpan>& time) const {
    if (!time) return {detect::k_unknown_time, detect::k_unknown_time};
    return {base::to_seconds(time->start - rules_.begin), base::to_seconds(time->end - rules_.begin)};
}

namespace {

/// Pieces lose the white space around them, and one blank comes between: only a blank that stands alone is a seam.
bool is_seam(std::string_view text, std::size_t blank) {
    constexpr std::size_t k_near = 4;  // bytes of the longest character; a blank may stand in a run of any length
    const std::string_view before = text.substr(blank - std::min(blank, k_near), std::min(blank, k_near));
    const std::string_view behind = text.substr(blank + 1, k_near);
    const std::string_view last = text::trim(before);
    const std::string_view next = text::trim(behind);
    return !last.empty() && !next.empty() && last.data() + last.size() == before.data() + before.size() &&
           next.data() == behind.data();
}

/// The last seam within `longest` bytes, or else the first behind them.
std::size_t find_seam(std::string_view text, std::size_t longest) {
    constexpr std::size_t k_none = std::string_view::npos;
    for (std::size_t at = text.rfind(' ', longest); at != k_none && at > 0; at = text.rfind(' ', at - 1)) {
        if (is_seam(text, at)) return at;
    }
    std::size_t at = text.find(' ', longest);
    while (at != k_none && !is_seam(text, at)) at = text.find(' ', at + 1);
    return at;
}

}  // namespace

/// A text that is much longer than an utterance is said piece by piece, since each cut hears anew what is left.
template <typename Take>
void FinishedTalk::hear_all(Speaker& speaker, std::string_view text, const std::optional<WallSpan>& time,
                            const Take& take) {
    const std::size_t longest = 4 * rules_.utterance_bytes;
    while (text.size() > longest) {
        const std::size_t end = find_seam(text, longest);
        if (end == std::string_view::npos) break;
        if (!hear(speaker, text.substr(0, end), time, take)) return;
        text.remove_prefix(end + 1);
    }
    if (!hear(speaker, text, time, take)) return;
    take(speaker.window.end({}, nullptr));
}

/// False: the rest is not to be heard.
template <typename Take>
bool FinishedTalk::hear(Speaker& speaker, std::string_view text, const std::optional<WallSpan>& time,
                        const Take& take) {
    speaker.window.commit({}, {text, seconds(time), {}}, nullptr);
    while (speaker.window.committed_bytes({}) > rules_.utterance_bytes) {
        take(speaker.window.cut({}, rules_.utterance_bytes, nullptr));
        if (!goes_on()) return false;
    }
    return true;
}

void FinishedTalk::remember(std::span<const detect::MessageRecord> utterance) {
    const auto is_its = [&](const auto& speaker) { return speaker->member.id == utterance.front().member; };
    const auto found = std::find_if(speakers_.begin(), speakers_.end(), is_its);
    if (found == speakers_.end()) return;
    Speaker& speaker = **found;
    std::string text;  // a new line ends a sentence, so that the same messages come of it
    for (const detect::MessageRecord& message : utterance) text += (text.empty() ? "" : "\n") + message.text;
    std::optional<WallSpan> time = utterance.front().time;
    if (time && utterance.back().time) time->end = utterance.back().time->end;
    auto kept = utterance.begin();
    hear_all(speaker, text, time, [&](const detect::EndedUtterance& ended) {
        if (ended.needs_verdict) speaker.window.judge(ended.number, {}, rules_.default_threshold);
        for (const detect::Message& message : ended.messages) {
            const bool is_known = kept != utterance.end() && kept->text == message.text;
            kept_ids_[message.id] = is_known ? (kept++)->id : std::string();
        }
        const std::uint64_t number = utterance.front().utterance;
        speaker.before = number - std::min(number, ended.number);
    });
}

void FinishedTalk::say(const proto::Speaker& who, std::string_view text, const std::optional<WallSpan>& time) {
    Speaker& speaker = speaker_of(who);
    hear_all(speaker, text, time, [&](const detect::EndedUtterance& ended) {
        if (ended.messages.empty()) return;
        keep(speaker, ended);
        if (ended.needs_verdict) ask(speaker, ended);
    });
}

void FinishedTalk::keep(Speaker& speaker, const detect::EndedUtterance& ended) {
    for (const detect::Message& message : ended.messages) {
        change_.messages.push_back({message.id, speaker.member.id, speaker.before + ended.number, message.text,
                                    on_the_wall({rules_.begin}, message.time), message.words});
    }
    keep(speaker, ended.confirmed);
}

void FinishedTalk::keep(const Speaker& speaker, const std::vector<detect::Hit>& hits) {
    for (const detect::Hit& hit : hits) {
        detect::HitRecord& record = change_.hits.emplace_back(hit_record(hit, speaker.member.id, {rules_.begin}));
        for (detect::HitPartRecord& part : record.parts) {
            const auto before = kept_ids_.find(part.message);
            if (before != kept_ids_.end()) part.message = before->second;
        }
        std::erase_if(record.parts, [](const detect::HitPartRecord& part) { return part.message.empty(); });
    }
}

// ---- Verdicts ------------------------------------------------------------------------------------------------------

void FinishedTalk::ask(Speaker& speaker, const detect::EndedUtterance& ended) {
    Speaker::Pending pending;
    pending.ticket = ++last_ticket_;
    pending.utterance = ended.number;
    pending.is_over = !rules_.has_scorer;
    if (!pending.is_over) {
        ++outstanding_;
        const std::string_view text = speaker.window.ended_text(ended.number);
        questions_.push_back({pending.ticket, std::string(text), text.size(), false, {rules_.list}});
    }
    speaker.pending.push_back(std::move(pending));
    settle(speaker);
}

void FinishedTalk::scored(std::uint64_t ticket, detect::Opinion opinion) {
    for (const auto& speaker : speakers_) {
        for (Speaker::Pending& pending : speaker->pending) {
            if (pending.ticket != ticket || pending.is_over) continue;
            pending.is_over = true;
            pending.verdicts = std::move(opinion.verdicts);
            --outstanding_;
            for (const detect::NotEvaluated& missed : opinion.not_evaluated) {
                not_evaluated_[{std::string(detect::tier_name(missed.tier)), std::string(missed.reason)}] +=
                    missed.windows;
            }
            return settle(*speaker);
        }
    }
}

/// In the order of the utterances' ends, as far as the verdicts are there.
void FinishedTalk::settle(Speaker& speaker) {
    while (!speaker.pending.empty() && speaker.pending.front().is_over) {
        const Speaker::Pending pending = std::move(speaker.pending.front());
        speaker.pending.pop_front();
        const detect::Judged judged =
            speaker.window.judge(pending.utterance, pending.verdicts, rules_.default_threshold);
        keep(speaker, judged.confirmed);
    }
}

}  // namespace earshot::session
