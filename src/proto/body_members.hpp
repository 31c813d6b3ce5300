#pragma once

#include "earshot/proto/client_messages.hpp"

#include "management/body_reader.hpp"

#include <cstddef>
#include <optional>
#include <string>

// Members that bodies of several kinds have, in the loose forms of public clients. Readers give nothing where they
// noted a finding.
namespace earshot::proto {

/// A boolean; also 1 and 0, and the texts "true", "false", "1" and "0" in any letter case,
/// also with quotation marks around them.
std::optional<bool> read_loose_flag(const BodyValue& value);

/// A number, also as a text. The bounds are whole numbers.
std::optional<double> read_loose_number(const BodyValue& value, double least, double most);

/// A whole number from `least` to `most`, also as a text; `most` is at most 2^53.
std::optional<std::size_t> read_loose_count(const BodyValue& value, std::size_t least, std::size_t most);

/// An object, as its JSON without white space.
std::optional<std::string> read_metadata(const BodyValue& value, std::size_t max_bytes);

/// A person, with an id where somebody gave one.
struct Person {
    std::string id;
    Speaker speaker;
};

/// `userId`, without which `email` counts, `name`, `role`, and `id`, each of at most `max_bytes`. A person of whom
/// nothing is right is one without a name.
Person read_person(const BodyValue& value, std::size_t max_bytes);

}  // namespace earshot::proto
