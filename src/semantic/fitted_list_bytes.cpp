#include "earshot/base/hash.hpp"
#include "earshot/semantic/fitted_list.hpp"

#include <cmath>
#include <cstring>
#include <type_traits>

namespace earshot::semantic {
namespace {

constexpr std::uint32_t k_magic = 0x4C465345;  // "ESFL"

class Writer {
public:
    template <typename T>
    void value(const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        out_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    template <typename Range>
    void values(const Range& range) {
        value(static_cast<std::uint64_t>(range.size()));
        if (!range.empty())
            out_.append(reinterpret_cast<const char*>(range.data()), range.size() * sizeof(*range.data()));
    }
    /// What was written, and a hash of it.
    std::string take() {
        value(base::hash_bytes(out_));
        return std::move(out_);
    }

private:
    std::string out_;
};

class Reader {
public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    template <typename T>
    bool value(T& value) {
        if (left_.size() < sizeof value) return false;
        std::memcpy(&value, left_.data(), sizeof value);
        left_.remove_prefix(sizeof value);
        return true;
    }
    /// As many values as are told, which must be `expected`.
    template <typename T>
    bool values(std::vector<T>& out, std::size_t expected) {
        std::string_view bytes;
        if (!run(bytes, expected, sizeof(T))) return false;
        out.resize(expected);
        if (expected > 0) std::memcpy(out.data(), bytes.data(), bytes.size());
        return true;
    }
    /// As many as are told, which must be the same as those in `expected`.
    template <typename Range>
    bool same_values(const Range& expected) {
        std::string_view bytes;
        if (!run(bytes, expected.size(), sizeof(*expected.data()))) return false;
        return bytes.empty() || std::memcmp(bytes.data(), expected.data(), bytes.size()) == 0;
    }
    bool at_end() const noexcept { return left_.empty(); }

private:
    bool run(std::string_view& bytes, std::size_t expected, std::size_t width) {
        std::uint64_t count = 0;
        if (!value(count) || count != expected || left_.size() / width < expected) return false;
        bytes = left_.substr(0, expected * width);
        left_.remove_prefix(bytes.size());
        return true;
    }

    std::string_view left_;
};

void write(Writer& out, const FittedStage& stage) {
    out.value(static_cast<std::uint64_t>(stage.dimensions));
    out.values(stage.weights);
    out.values(stage.biases);
    out.values(stage.left_out);
    out.values(stage.phrases);
    out.values(stage.phrase_scales);
}

bool read(Reader& in, const PhraseGroups& groups, FittedStage& stage) {
    constexpr std::uint64_t k_most_dimensions = 1 << 16;  // keeps the products below from overflowing
    std::uint64_t dimensions = 0;
    if (!in.value(dimensions) || dimensions > k_most_dimensions) return false;
    stage.dimensions = dimensions;
    return in.values(stage.weights, groups.size() * dimensions) && in.values(stage.biases, groups.size()) &&
           in.values(stage.left_out, groups.size()) && in.values(stage.phrases, groups.phrases().size() * dimensions) &&
           in.values(stage.phrase_scales, groups.phrases().size());
}

void write(Writer& out, const PhraseGroups& groups) {
    out.value(static_cast<std::uint64_t>(groups.phrases().size()));
    for (const std::string& phrase : groups.phrases()) out.values(phrase);
    out.value(static_cast<std::uint64_t>(groups.size()));
    for (std::size_t g = 0; g < groups.size(); ++g) out.values(groups.group(g));
}

bool reads_as(Reader& in, const PhraseGroups& groups) {
    std::uint64_t count = 0;
    if (!in.value(count) || count != groups.phrases().size()) return false;
    for (const std::string& phrase : groups.phrases()) {
        if (!in.same_values(phrase)) return false;
    }
    if (!in.value(count) || count != groups.size()) return false;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        if (!in.same_values(groups.group(g))) return false;
    }
    return true;
}

base::Error unreadable(const char* what) {
    return {base::Errc::invalid_value, what, "", ""};
}

// Without the hash at the end; empty if it is another one.
std::string_view checked(std::string_view bytes) {
    std::uint64_t hash = 0;
    if (bytes.size() < sizeof hash) return {};
    const std::string_view content = bytes.substr(0, bytes.size() - sizeof hash);
    std::memcpy(&hash, bytes.data() + content.size(), sizeof hash);
    return hash == base::hash_bytes(content) ? content : std::string_view{};
}

}  // namespace

std::string FittedList::serialise() const {
    Writer out;
    out.value(k_magic);
    out.value(k_fit_version);
    write(out, *groups_);
    write(out, static_);
    out.value(static_cast<std::uint8_t>(full_.has_value()));
    if (full_) write(out, *full_);
    return out.take();
}

base::Result<FittedList> FittedList::parse(std::string_view bytes, std::shared_ptr<const PhraseGroups> groups) {
    Reader in(checked(bytes));
    std::uint32_t magic = 0;
    std::uint32_t version = 0;
    if (!in.value(magic) || magic != k_magic) return unreadable("These bytes are no fitted list, or are damaged.");
    if (!in.value(version) || version != k_fit_version) return unreadable("The list was fitted by another version.");
    if (!reads_as(in, *groups)) return unreadable("The list was fitted for other phrases.");
    FittedStage static_stage;
    std::uint8_t has_full = 0;
    std::optional<FittedStage> full;
    const bool complete = read(in, *groups, static_stage) && in.value(has_full) &&
                          (has_full == 0 || read(in, *groups, full.emplace())) && in.at_end();
    if (!complete) return unreadable("The fitted list is not as long as it says.");
    return FittedList(std::move(groups), std::move(static_stage), std::move(full));
}

}  // namespace earshot::semantic
