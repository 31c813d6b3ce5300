#include "prompt_judge.hpp"

#include <algorithm>
#include <future>
#include <string>
#include <utility>
#include <vector>

namespace earshot::app {

detect::Judge make_prompt_judge(SemanticTier& tier, const std::shared_ptr<const detect::TrackerList>& list,
                                OnMissed on_missed) {
    std::promise<void> fitted;
    tier.scorer().prepare(list, [&fitted] { fitted.set_value(); });
    fitted.get_future().wait();
    return [&tier, list, on_missed = std::move(on_missed)](std::string_view text) {
        std::promise<detect::Opinion> answer;
        session::Score question;
        question.text = text;
        question.lists = {list};
        tier.scorer().score(std::move(question),
                            [&answer](detect::Opinion opinion) { answer.set_value(std::move(opinion)); });
        detect::Opinion opinion = answer.get_future().get();
        if (on_missed) std::ranges::for_each(opinion.not_evaluated, on_missed);
        return std::move(opinion.verdicts);
    };
}

}  // namespace earshot::app
