#include "earshot/encoder/encoders.hpp"

#include "earshot/encoder/read_sequencer.hpp"

namespace earshot::encoder {

base::Result<Encoders> load_encoders(const std::filesystem::path& folder, const BatchOptions& options) {
    auto read = read_model_folder(folder);
    if (!read) return read.error();
    auto sequencer = read_sequencer(*read);
    if (!sequencer) return sequencer.error();
    auto model = load_model(*read, options.threads);
    if (!model) return model.error();
    auto runner = model->exact->make_runner();
    if (!runner) return runner.error();
    auto live = BatchEncoder::start(model->live, *sequencer, options);
    if (!live) return live.error();
    auto exact = std::make_unique<ExactEncoder>(read->card, *sequencer, std::move(*runner));
    return Encoders{std::move(*read), std::move(*sequencer), std::move(exact), std::move(*live),
                    std::string(model->live->precision())};
}

}  // namespace earshot::encoder
