#include "import_options.h"

#include <cstddef>

namespace drawdown::c_api {
namespace {

constexpr size_t kImportOptionsV1 = offsetof(drawdown_import_options, note);
constexpr size_t kImportResultV1 = sizeof(drawdown_import_result);

std::vector<std::pair<std::string, std::string>> ReadPairs(
    Inputs* in, const char* name, const drawdown_text* texts, uint64_t pairs) {
  std::vector<std::pair<std::string, std::string>> read;
  if (pairs > 0 && !in->NotNull(name, texts)) return read;
  for (uint64_t i = 0; i < pairs && in->ok(); ++i) {
    read.emplace_back(in->Text(name, texts[2 * i]),
                      in->Text(name, texts[2 * i + 1]));
  }
  return read;
}

}  // namespace

ImportCall ReadImportOptions(Inputs* in,
                             const drawdown_import_options* theirs) {
  const drawdown_import_options defaults = DRAWDOWN_IMPORT_OPTIONS_INIT;
  const auto ours = in->Read("options", theirs, defaults, kImportOptionsV1);
  in->Reserved("options", ours.reserved);
  ImportCall call;
  call.options.strict = in->Flag("strict", ours.strict);
  call.options.zone = in->Text("zone", ours.zone);
  call.options.columns =
      ReadPairs(in, "columns", ours.columns, ours.column_pairs);
  call.options.constants =
      ReadPairs(in, "constants", ours.constants, ours.constant_pairs);
  call.options.max_problems = ours.max_problems;
  if (ours.progress != nullptr) {
    call.progress = [tell = ours.progress, context = ours.progress_context](
                        std::string_view phase, uint64_t done, uint64_t total) {
      tell(context, std::string(phase).c_str(), done, total);
    };
  }
  if (ours.note != nullptr) {
    call.note = [tell = ours.note, context = ours.note_context](
                    const std::string& line) { tell(context, line.c_str()); };
  }
  return call;
}

Outcome GiveImportResult(const ImportResult& ours, const ImportCall& call,
                         drawdown_import_result* result) {
  if (call.note) {
    for (const std::string& line : ours.notes) call.note(line);
  }
  if (result == nullptr) return {};
  drawdown_import_result given = DRAWDOWN_IMPORT_RESULT_INIT;
  given.rows = ours.rows;
  given.inserted = ours.inserted;
  given.updated = ours.updated;
  given.unchanged = ours.unchanged;
  given.open = ours.open;
  given.never_started = ours.never_started;
  given.zero_gpu = ours.zero_gpu;
  return WriteStruct("result", given, result, kImportResultV1);
}

}  // namespace drawdown::c_api
