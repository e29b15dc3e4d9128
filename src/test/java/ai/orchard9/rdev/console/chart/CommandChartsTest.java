package ai.orchard9.rdev.console.chart;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.history.Minute;
import ai.orchard9.rdev.console.chart.Chart.Label;
import ai.orchard9.rdev.console.chart.Chart.Sample;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CommandChartsTest {
  private static final Instant NOW = Instant.parse("2026-05-04T12:34:56Z");

  /// When the day begins that is shown.
  private static final Instant FIRST = Instant.parse("2026-05-03T12:40:00Z");

  @Test
  void addsUpTheMinutesOfABucketAndStacksTheOutcomes() {
    var chart = chart("commands", ended(FIRST, 10, 2, 1), ended(FIRST.plusSeconds(540), 5, 1, 1));

    // 20 on a scale to 20: 656 wide for 144 buckets, from 136 up to 8.
    assertThat(path(chart, "bar-failed")).isEqualTo("M56 136V116.8H59.6V136Z");
    assertThat(path(chart, "bar-cancelled")).isEqualTo("M56 116.8V104H59.6V116.8Z");
    assertThat(path(chart, "bar-completed")).isEqualTo("M56 104V8H59.6V104Z");
    assertThat(chart.values()).extracting(Label::text).containsExactly("0", "5", "10", "15", "20");
  }

  @Test
  void saysInWordsWhatItShows() {
    var chart = chart("commands", everyMinute(1000).toArray(Minute[]::new));

    assertThat(chart.description())
        .isEqualTo(
            "4,317,000 commands in 24 hours: 1,439,000 completed, 1,439,000 failed,"
                + " 1,439,000 cancelled. Most in 10 minutes: 30,000, from 12:40 UTC.");
    assertThat(chart.legend())
        .extracting(Sample::text)
        .containsExactly("failed 1,439,000", "cancelled 1,439,000", "completed 1,439,000");
  }

  @Test
  void whatWasNotRecordedIsAGapAndNotZero() {
    var chart = chart("depth", depth(FIRST, 4), depth(FIRST.plusSeconds(600), 2), depth(last(), 0));

    assertThat(path(chart, "line-a")).isEqualTo("M56 8H60.6V72H65.1M707.4 136H712");
    assertThat(path(chart, "gap")).startsWith("M65.1 136V8H69.7V136Z").endsWith("H707.4V136Z");
    assertThat(chart.legend()).extracting(Sample::text).contains("not recorded");
    assertThat(chart.description())
        .isEqualTo(
            "Most waiting at once in 24 hours: 4, from 12:40 UTC; now 0. Most running at once:"
                + " 4, from 12:40 UTC; now 0. Of 144 times 10 minutes, 141 are not recorded.");
  }

  @Test
  void whereNoneStartedThereIsNoTimeButNoGapEither() {
    var chart = chart("queue-time", everyMinute(0).toArray(Minute[]::new));

    assertThat(path(chart, "line-a")).isEmpty();
    assertThat(chart.paths()).noneMatch(it -> it.style().equals("gap"));
    assertThat(chart.description())
        .isEqualTo(
            "The worst minute in 24 hours: half within none, 95% within none."
                + " Lately: none and none.");
  }

  @Test
  void ofTimesTheWorstMinuteOfABucketCounts() {
    var chart = chart("run-time", took(FIRST, 100, 900), took(FIRST.plusSeconds(60), 200, 1500));

    assertThat(chart.values())
        .extracting(Label::text)
        .containsExactly("0 ms", "500 ms", "1 s", "1.5 s");
    assertThat(path(chart, "line-b")).isEqualTo("M56 8H60.6");
    assertThat(chart.description())
        .startsWith(
            "The worst minute in 24 hours: half within 200 ms, from 12:40 UTC,"
                + " 95% within 1.5 s, from 12:40 UTC. Lately: 200 ms and 1.5 s.");
  }

  @Test
  void theAxisHasEachThirdHourInUtc() {
    var chart = chart("commands");

    assertThat(chart.times())
        .extracting(Label::text)
        .containsExactly("15:00", "18:00", "21:00", "00:00", "03:00", "06:00", "09:00", "12:00");
    assertThat(chart.times().getFirst()).isEqualTo(new Label("119.8", "154", "15:00"));
  }

  @Test
  void withoutRecordsEverythingIsAGap() {
    assertThat(CommandCharts.of(List.of(), NOW))
        .hasSize(4)
        .allSatisfy(
            it -> assertThat(it.description()).isEqualTo("Nothing was recorded in 24 hours."))
        .allSatisfy(it -> assertThat(path(it, "gap")).contains("M56 136V8H"));
  }

  private static Chart chart(String id, Minute... minutes) {
    return CommandCharts.of(List.of(minutes), NOW).stream()
        .filter(it -> it.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static String path(Chart chart, String style) {
    return chart.paths().stream()
        .filter(it -> it.style().equals(style))
        .findFirst()
        .orElseThrow()
        .d();
  }

  private static Instant last() {
    return FIRST.plusSeconds(24 * 3600 - 60);
  }

  /// All of the day but its last minute, which is not over.
  private static List<Minute> everyMinute(int each) {
    return IntStream.range(0, 24 * 60 - 1)
        .mapToObj(it -> ended(FIRST.plusSeconds(60L * it), each, each, each))
        .toList();
  }

  private static Minute ended(Instant minute, int completed, int failed, int cancelled) {
    return new Minute(minute, completed, failed, cancelled, null, null, null, null, null, null);
  }

  private static Minute depth(Instant minute, int each) {
    return new Minute(minute, 0, 0, 0, null, null, null, null, each, each);
  }

  private static Minute took(Instant minute, long half, long most) {
    return new Minute(minute, 0, 0, 0, half, most, half, most, null, null);
  }
}
