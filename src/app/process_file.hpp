#pragma once

#include "earshot/base/error.hpp"

#include <boost/json.hpp>

#include <string>
#include <vector>

namespace earshot::app {

/// A call as `POST /v1/process/text` takes it.
struct CallText {
    std::string name;          ///< for a person: the file's, with an id of the call where it holds several
    boost::json::object body;  ///< with `messages`
};

/// Reads the calls of a file, which is
///
/// - `.json`: the body of a request, with `messages`;
/// - `.jsonl`: calls, one a line: `{"id", "turns": [{"speaker", "text"}]}` or `{"id", "text"}`, as `earshot detect`;
/// - any other: text, an utterance a line. Where each line begins with a name and a colon, that is who says it.
///
/// Errors: Errc::io_failed; Errc::invalid_json, Errc::invalid_value, with a message for a person.
base::Result<std::vector<CallText>> read_process_file(const std::string& path);

/// The same of a file's content.
base::Result<std::vector<CallText>> parse_process_file(const std::string& path, const std::string& content);

}  // namespace earshot::app
