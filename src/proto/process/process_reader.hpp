#pragma once

#include "earshot/proto/process_codec.hpp"

#include "management/body_reader.hpp"
#include "process/parameters.hpp"

namespace earshot::proto {

/// Reads what an asynchronous request says besides its messages, one parameter after the other.
class ProcessReader {
public:
    ProcessReader(ProcessOptions& options, const ProcessRules& rules) : options_(options), rules_(rules) {}

    void read(Parameter parameter, const BodyValue& value);

private:
    void read_tiers(const BodyValue& value);
    void read_webhook_url(const BodyValue& value);
    void read_keeping(const BodyValue& value);

    ProcessOptions& options_;
    const ProcessRules& rules_;
};

}  // namespace earshot::proto
