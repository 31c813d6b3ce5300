#include "earshot/encoder/read_sequencer.hpp"

#include "mapped_file.hpp"

namespace earshot::encoder {
namespace {

/// What a window needs beside a prefix to still say something.
constexpr std::size_t k_least_room = 32;

}  // namespace

base::Result<Sequencer> read_sequencer(const ModelFolder& folder) {
    const auto file = MappedFile::open(folder.vocabulary);
    if (!file) return file.error();
    auto pieces = semantic::WordPieces::parse(file->bytes());
    if (!pieces) {
        base::Error error = pieces.error();
        error.message = folder.vocabulary.string() + ": " + error.message;
        return error;
    }
    Sequencer sequencer(std::move(*pieces), folder.prefix, folder.max_tokens);
    if (folder.prefix.empty() || sequencer.room() >= k_least_room) return sequencer;
    return base::Error{base::Errc::invalid_value,
                       (folder.vocabulary.parent_path() / "model.json").string() + ": \"prefix\" leaves " +
                           std::to_string(sequencer.room()) + " of the " + std::to_string(folder.max_tokens) +
                           " \"maxTokens\" for a text; it must leave " + std::to_string(k_least_room),
                       {},
                       {}};
}

}  // namespace earshot::encoder
