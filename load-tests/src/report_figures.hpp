#pragma once

#include "generator.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

// What both forms of a report say, worked out once.
namespace earshot::load {

double milliseconds(base::Duration duration);
double megabytes(std::uint64_t bytes);

struct NamedHistogram {
    const char* name;   ///< a member of the JSON
    const char* title;  ///< for a person
    const Histogram& histogram;
};

/// They live as long as the report.
std::array<NamedHistogram, 10> histograms(const LoadReport& report);

/// So late that it spoils what it measures.
bool generator_was_late(const LoadReport& report);

/// Those that read and those that do not, of all sessions.
std::size_t subscribers_of(const LoadReport& report);

/// Seconds of the run. The server's state must be known before and after.
double server_cpu(const LoadReport& report);

/// What `cpu_seconds` are for each event that publishers and subscribers were told, in microseconds.
double microseconds_an_event(const LoadReport& report, double cpu_seconds);

/// Of the server's memory, what a subscriber takes that has come and has nothing to hear yet; its publishers' beside
/// it. Only where it knows_memory().
double kilobytes_a_subscriber(const LoadReport& report);
bool knows_memory(const LoadReport& report);

}  // namespace earshot::load
