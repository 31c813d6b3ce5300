#include "earshot/encoder/encoders.hpp"

#include "mapped_file.hpp"

namespace earshot::encoder {
namespace {

base::Result<semantic::WordPieces> read_vocabulary(const ModelFolder& folder) {
    const auto file = MappedFile::open(folder.vocabulary);
    if (!file) return file.error();
    auto pieces = semantic::WordPieces::parse(file->bytes());
    if (pieces) return pieces;
    base::Error error = pieces.error();
    error.message = folder.vocabulary.string() + ": " + error.message;
    return error;
}

}  // namespace

base::Result<Encoders> load_encoders(const std::filesystem::path& folder, const BatchOptions& options) {
    auto read = read_model_folder(folder);
    if (!read) return read.error();
    auto pieces = read_vocabulary(*read);
    if (!pieces) return pieces.error();
    const Sequencer sequencer(std::move(*pieces), read->prefix, read->max_tokens);

    auto model = load_model(*read, options.threads);
    if (!model) return model.error();
    auto runner = model->exact->make_runner();
    if (!runner) return runner.error();
    auto live = BatchEncoder::start(model->live, sequencer, options);
    if (!live) return live.error();
    const semantic::ModelCard card = read->card;
    return Encoders{std::move(*read), sequencer, std::make_unique<ExactEncoder>(card, sequencer, std::move(*runner)),
                    std::move(*live), std::string(model->live->precision())};
}

}  // namespace earshot::encoder
