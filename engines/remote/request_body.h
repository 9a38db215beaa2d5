// What one request says to a server: path and JSON body, with the fields that its kind needs to
// tell more than text. Pure.
#pragma once

#include <string>

#include "engines/remote/server_kind.h"
#include "engines/request.h"

namespace dsb {

struct RequestForm {
  ServerKind kind = ServerKind::kPlain;
  RemoteApi api = RemoteApi::kChat;
  std::string model;
};

struct HttpPost {
  std::string path, body;
};

// Greedy requests ask for temperature 0, and every sampling parameter is named where the server has
// a default of its own. kBadInput on text that is no UTF-8, and on token ids for the chat API.
HttpPost MakePost(const EngineRequest& request, const RequestForm& form);

}  // namespace dsb
