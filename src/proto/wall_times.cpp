#include "wall_times.hpp"

#include "earshot/proto/conversation_codec.hpp"
#include "earshot/proto/server_codec.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace earshot::proto {
namespace {

using std::chrono::milliseconds;

// What four digits can say; times beyond it could be read, but not be written.
constexpr base::WallTime k_first{std::chrono::sys_days(std::chrono::year(0) / 1 / 1)};
constexpr base::WallTime k_last{std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1) - milliseconds(1)};

bool is_digit(char character) noexcept {
    return character >= '0' && character <= '9';
}

/// Reads a time from its begin on. Once something does not fit, nothing fits any more.
class TimeText {
public:
    explicit TimeText(std::string_view text) : rest_(text) {}

    int number(std::size_t digits) noexcept {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (i >= rest_.size() || !is_digit(rest_[i])) {
                is_right_ = false;
                return 0;
            }
            value = value * 10 + (rest_[i] - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }

    /// Takes one character if it is among `marks`; 0 otherwise.
    char take(std::string_view marks) noexcept {
        if (rest_.empty() || marks.find(rest_[0]) == marks.npos) return 0;
        const char mark = rest_[0];
        rest_.remove_prefix(1);
        return mark;
    }
    void expect(std::string_view marks) noexcept { is_right_ = take(marks) != 0 && is_right_; }

    /// The digits of a fraction of a second, of which those behind the third are dropped.
    milliseconds fraction() noexcept {
        int value = 0;
        std::size_t digits = 0;
        for (; !rest_.empty() && is_digit(rest_[0]); rest_.remove_prefix(1), ++digits) {
            if (digits < 3) value = value * 10 + (rest_[0] - '0');
        }
        is_right_ = is_right_ && digits > 0;
        for (; digits < 3; ++digits) value *= 10;
        return milliseconds(value);
    }

    bool starts_with_digit() const noexcept { return !rest_.empty() && is_digit(rest_[0]); }
    bool is_at_end() const noexcept { return rest_.empty(); }
    bool is_right() const noexcept { return is_right_; }

private:
    std::string_view rest_;
    bool is_right_ = true;
};

std::optional<std::chrono::sys_days> read_date(TimeText& text) {
    const std::chrono::year year(text.number(4));
    text.expect("-");
    const std::chrono::month month(static_cast<unsigned>(text.number(2)));
    text.expect("-");
    const std::chrono::year_month_day date(year, month, std::chrono::day(static_cast<unsigned>(text.number(2))));
    if (!text.is_right() || !date.ok()) return std::nullopt;
    return std::chrono::sys_days(date);
}

std::optional<milliseconds> read_clock(TimeText& text) {
    const int hours = text.number(2);
    text.expect(":");
    const int minutes = text.number(2);
    const bool has_seconds = text.take(":") != 0;
    const int seconds = has_seconds ? text.number(2) : 0;
    const milliseconds fraction = has_seconds && text.take(".,") ? text.fraction() : milliseconds(0);
    if (!text.is_right() || hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
    return std::chrono::hours(hours) + std::chrono::minutes(minutes) + std::chrono::seconds(seconds) + fraction;
}

// A blank is a plus sign that came unescaped in a query.
std::optional<std::chrono::minutes> read_offset(TimeText& text) {
    if (text.is_at_end() || text.take("Zz")) return std::chrono::minutes(0);
    const char sign = text.take("+- ");
    const int hours = text.number(2);
    const bool has_minutes = text.take(":") != 0 || text.starts_with_digit();
    const int minutes = has_minutes ? text.number(2) : 0;
    if (sign == 0 || !text.is_right() || hours > 23 || minutes > 59) return std::nullopt;
    const std::chrono::minutes offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return sign == '-' ? -offset : offset;
}

}  // namespace

std::optional<double> parse_seconds(std::string_view text) {
    if (text.empty() || !is_digit(text.front()) || !is_digit(text.back())) return std::nullopt;
    if (text.find_first_not_of("0123456789.") != text.npos) return std::nullopt;
    double seconds = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return error == std::errc{} && rest == text.data() + text.size() ? std::optional(seconds) : std::nullopt;
}

std::optional<base::WallTime> to_wall_time(double seconds) {
    constexpr double k_last_second = 253'402'300'799;  // of the year 9999
    if (!(seconds >= 0 && seconds < k_last_second + 1)) return std::nullopt;
    const base::WallTime time(milliseconds(static_cast<std::int64_t>(seconds * 1000 + 0.5)));
    return std::min(time, k_last);
}

std::optional<base::WallTime> parse_time(std::string_view text) {
    if (const auto seconds = parse_seconds(text)) return to_wall_time(*seconds);
    TimeText rest(text);
    const auto date = read_date(rest);
    if (!date) return std::nullopt;
    rest.expect("Tt ");
    const auto clock = read_clock(rest);
    if (!clock) return std::nullopt;
    const auto offset = read_offset(rest);
    if (!offset || !rest.is_at_end()) return std::nullopt;
    const base::WallTime time = *date + *clock - *offset;
    return time < k_first || time > k_last ? std::nullopt : std::optional(time);
}

std::string to_iso8601(base::WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&](std::size_t at, std::size_t digits, std::int64_t number) {
        for (; digits-- > 0; number /= 10) text[at + digits] = static_cast<char>('0' + number % 10);
    };
    put(0, 4, std::clamp(static_cast<int>(date.year()), 0, 9999));
    put(5, 2, static_cast<unsigned>(date.month()));
    put(8, 2, static_cast<unsigned>(date.day()));
    put(11, 2, clock.hours().count());
    put(14, 2, clock.minutes().count());
    put(17, 2, clock.seconds().count());
    put(20, 3, clock.subseconds().count());
    return text;
}

}  // namespace earshot::proto
