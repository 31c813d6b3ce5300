#include "prompt_judge.hpp"

#include <future>
#include <string>
#include <utility>
#include <vector>

namespace earshot::app {

detect::Judge make_prompt_judge(SemanticTier& tier, const std::shared_ptr<const detect::TrackerList>& list) {
    std::promise<void> fitted;
    tier.scorer().prepare(list, [&fitted] { fitted.set_value(); });
    fitted.get_future().wait();
    return [&tier, list](std::string_view text) {
        std::promise<detect::Opinion> answer;
        session::Score question;
        question.text = text;
        question.lists = {list};
        tier.scorer().score(std::move(question),
                            [&answer](detect::Opinion opinion) { answer.set_value(std::move(opinion)); });
        return answer.get_future().get().verdicts;
    };
}

}  // namespace earshot::app
