// A page of ours: one file, no script, nothing fetched, readable without
// colours, on paper and on a telephone. Sections of prose, key figures, tables
// and charts, in order.
//
//   HtmlPage page({"Commitments", "at 2026-10-15T00:00:00Z"}, sink);
//   page.OpenSection("Deadlines");
//   page.Table({"What comes next", columns, rows});
//   page.CloseSection();
//   page.Close();
#ifndef DRAWDOWN_SRC_REPORT_HTML_PAGE_H_
#define DRAWDOWN_SRC_REPORT_HTML_PAGE_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/format.h"
#include "report/html_table.h"

namespace drawdown {

// Whether something needs a person's attention; said in words as well, because
// not everyone sees colours.
enum class Tone : uint8_t { kPlain, kGood, kWarning, kBad };

struct PageHead {
  std::string title;
  std::string subtitle;
};

// A number that is read before anything else.
struct KeyFigure {
  std::string label;
  std::string value;
  std::string note;  // below it; may be empty
  Tone tone = Tone::kPlain;
};

// All texts are plain text, and are escaped here.
class HtmlPage {
 public:
  HtmlPage(const PageHead& head, Sink sink);
  HtmlPage(const HtmlPage&) = delete;  // Half of a page is in it.
  HtmlPage& operator=(const HtmlPage&) = delete;

  // `note` is a line below the title. Sections do not nest.
  void OpenSection(std::string_view title, std::string_view note = "");
  void CloseSection();

  // Inside a section: a smaller title, with a badge when `badge` is not empty.
  void Heading(std::string_view title, std::string_view badge = "",
               Tone tone = Tone::kPlain);
  void Paragraph(std::string_view text);
  void Figures(std::span<const KeyFigure> figures);
  void Table(const HtmlTable& table);
  // What RenderTimeChart and RenderBars return, followed by its table, folded.
  void Chart(std::string_view chart, const HtmlTable& data);

  // Must be the last call.
  void Close(std::string_view footer);

 private:
  void Element(std::string_view open, std::string_view text,
               std::string_view close);

  Sink sink_;
};

}  // namespace drawdown

#endif  // DRAWDOWN_SRC_REPORT_HTML_PAGE_H_
