package ai.orchard9.rdev.console.chart;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.history.Minute;
import ai.orchard9.rdev.console.chart.Chart.Label;
import ai.orchard9.rdev.console.chart.Chart.Path;
import ai.orchard9.rdev.console.chart.Chart.Sample;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;
import org.thymeleaf.templateresolver.StringTemplateResolver;

final class ChartFragmentTest {
  private static final String PAGE =
      """
      <th:block th:each="chart : ${charts}">
        <th:block th:replace="~{fragments/chart :: chart(${chart})}"></th:block>
      </th:block>
      """;

  private final TemplateEngine engine = engine();

  @Test
  void drawsPathsLabelsAndLegend() {
    var chart =
        new Chart(
            "commands",
            "Commands",
            "1,204 commands",
            "0 0 720 160",
            "M1 1H2",
            "M3 3H4",
            List.of(new Path("bar-completed", "M5 5H6")),
            List.of(new Label("52", "140", "100")),
            List.of(new Label("60", "154", "15:00")),
            List.of(new Sample("bar-completed", "M0 0H12", "completed 1,204")));

    var page = render(List.of(chart));

    assertThat(page)
        .containsSubsequence(
            "<figure",
            "<figcaption>Commands</figcaption>",
            "<svg class=\"chart\" role=\"img\"",
            "viewBox=\"0 0 720 160\"",
            "aria-labelledby=\"commands-title\"",
            "aria-describedby=\"commands-description\"",
            "<title id=\"commands-title\">Commands</title>",
            "<desc id=\"commands-description\">1,204 commands</desc>",
            "<path class=\"grid\" d=\"M1 1H2\"/>",
            "<path class=\"bar-completed\" d=\"M5 5H6\"/>",
            "<path class=\"axis\" d=\"M3 3H4\"/>",
            "<text class=\"label\" text-anchor=\"end\" x=\"52\" y=\"140\">100</text>",
            "<text class=\"label\" text-anchor=\"middle\" x=\"60\" y=\"154\">15:00</text>",
            "<ul class=\"legend\">",
            "<path class=\"bar-completed\" d=\"M0 0H12\"/>",
            "<span>completed 1,204</span>")
        .doesNotContain("th:", "style=", "<script");
  }

  @Test
  void textArrivesEscaped() {
    var evil = "\"><script>alert(1)</script>";
    var chart =
        new Chart(
            evil,
            evil,
            evil,
            evil,
            evil,
            evil,
            List.of(new Path(evil, evil)),
            List.of(new Label(evil, evil, evil)),
            List.of(new Label(evil, evil, evil)),
            List.of(new Sample(evil, evil, evil)));

    assertThat(render(List.of(chart)))
        .contains("<figcaption>&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</figcaption>")
        .doesNotContain("<script", "\"\"");
  }

  @Test
  void aDayOfMinutesIsASmallFigure() {
    var now = Instant.parse("2026-05-04T12:34:56Z");
    var day =
        IntStream.range(0, 24 * 60)
            .mapToObj(
                it -> new Minute(now.minusSeconds(60L * it), it, 7, 3, 5L, 9L, 5L, 9L, it, it))
            .toList();

    var page = render(CommandCharts.of(day, now));

    assertThat(page.length()).isLessThan(60_000);
  }

  private String render(List<Chart> charts) {
    return engine.process(PAGE, Set.of(), new Context(Locale.ROOT, Map.of("charts", charts)));
  }

  private static TemplateEngine engine() {
    var files = new ClassLoaderTemplateResolver();
    files.setPrefix("ui-templates/");
    files.setSuffix(".html");
    files.setTemplateMode(TemplateMode.HTML);
    files.setResolvablePatterns(Set.of("fragments/*"));
    files.setOrder(1);
    var texts = new StringTemplateResolver();
    texts.setOrder(2);
    var engine = new TemplateEngine();
    engine.setTemplateResolvers(Set.of(files, texts));
    return engine;
  }
}
