#include "earshot/encoder/sequence_model.hpp"

namespace earshot::encoder {

bool has_runtime() noexcept {
    return false;
}

base::Result<LoadedModel> load_model(const ModelFolder& /*folder*/, std::size_t /*live_runners*/) {
    return base::Error{
        base::Errc::unsupported, "this program was built without OpenVINO, which runs the model", {}, {}};
}

}  // namespace earshot::encoder
