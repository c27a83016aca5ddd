#include "report/html_page.h"

#include <utility>

#include "report/html_style.h"
#include "report/html_text.h"

namespace drawdown {
namespace {

// Nothing is fetched and nothing runs, whatever a name in the page says.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'";

std::string_view ToneClass(Tone tone) {
  switch (tone) {
    case Tone::kPlain:
      return "plain";
    case Tone::kGood:
      return "good";
    case Tone::kWarning:
      return "warning";
    case Tone::kBad:
      return "bad";
  }
  return "plain";
}

}  // namespace

HtmlPage::HtmlPage(const PageHead& head, Sink sink) : sink_(std::move(sink)) {
  sink_(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"");
  sink_(kPolicy);
  sink_(
      "\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
      "dark\">\n<link rel=\"icon\" href=\"data:,\">\n");
  Element("<title>", head.title, "</title>\n<style>");
  sink_(HtmlStyle());
  Element("</style>\n</head>\n<body>\n<header>\n<h1>", head.title, "</h1>\n");
  Element("<p>", head.subtitle, "</p>\n</header>\n<main>\n");
}

void HtmlPage::Element(std::string_view open, std::string_view text,
                       std::string_view close) {
  sink_(open);
  sink_(EscapeHtml(text));
  sink_(close);
}

void HtmlPage::OpenSection(std::string_view title, std::string_view note) {
  Element("<section>\n<h2>", title, "</h2>\n");
  if (!note.empty()) Element("<p class=\"note\">", note, "</p>\n");
}

void HtmlPage::CloseSection() { sink_("</section>\n"); }

void HtmlPage::Heading(std::string_view title, std::string_view badge,
                       Tone tone) {
  Element("<h3>", title, "");
  if (!badge.empty()) {
    sink_(" <span class=\"badge ");
    sink_(ToneClass(tone));
    Element("\">", badge, "</span>");
  }
  sink_("</h3>\n");
}

void HtmlPage::Paragraph(std::string_view text) {
  Element("<p>", text, "</p>\n");
}

void HtmlPage::Figures(std::span<const KeyFigure> figures) {
  sink_("<dl class=\"figures\">\n");
  for (const KeyFigure& figure : figures) {
    sink_("<div class=\"");
    sink_(ToneClass(figure.tone));
    Element("\"><dt>", figure.label, "</dt>");
    Element("<dd>", figure.value, "</dd>");
    if (!figure.note.empty())
      Element("<dd class=\"note\">", figure.note, "</dd>");
    sink_("</div>\n");
  }
  sink_("</dl>\n");
}

void HtmlPage::Table(const HtmlTable& table) { sink_(RenderHtmlTable(table)); }

void HtmlPage::Chart(std::string_view chart, const HtmlTable& data) {
  sink_(chart);
  Element("<details><summary>", data.caption, "</summary>\n");
  Table(data);
  sink_("</details>\n");
}

void HtmlPage::Close(std::string_view footer) {
  Element("</main>\n<footer><p>", footer, "</p></footer>\n</body>\n</html>\n");
}

}  // namespace drawdown
