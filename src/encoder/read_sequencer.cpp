#include "read_sequencer.hpp"

#include "mapped_file.hpp"

namespace earshot::encoder {

base::Result<Sequencer> read_sequencer(const ModelFolder& folder) {
    const auto file = MappedFile::open(folder.vocabulary);
    if (!file) return file.error();
    auto pieces = semantic::WordPieces::parse(file->bytes());
    if (pieces) return Sequencer(std::move(*pieces), folder.prefix, folder.max_tokens);
    base::Error error = pieces.error();
    error.message = folder.vocabulary.string() + ": " + error.message;
    return error;
}

}  // namespace earshot::encoder
