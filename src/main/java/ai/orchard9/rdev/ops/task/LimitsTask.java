package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Timestamps;
import ai.orchard9.rdev.ratelimit.Limit;
import ai.orchard9.rdev.ratelimit.LimitChange;
import ai.orchard9.rdev.ratelimit.LimitName;
import ai.orchard9.rdev.ratelimit.Limits;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// `limits`: shows the limits, and moves them on every server while they run.
public final class LimitsTask implements AdminTask {
  private static final String KEY = "key";
  private static final String FOR = "for";
  private static final String RESET = "reset";

  private final Limits limits;

  public LimitsTask(Limits limits) {
    this.limits = limits;
  }

  @Override
  public String name() {
    return "limits";
  }

  @Override
  public List<String> usage() {
    return Stream.concat(
            Arrays.stream(LimitName.values()).filter(LimitName::isLive).map(it -> it.wire() + "="),
            Stream.of(KEY + "=<prefix>", FOR + "=<duration>", RESET + "=true"))
        .toList();
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return isReset(arguments) || !values(arguments).isEmpty();
  }

  @Override
  public List<String> run(Arguments arguments) {
    var values = values(arguments);
    var key = arguments.find(KEY);
    var time = arguments.duration(FOR);
    if (isReset(arguments)) {
      if (!values.isEmpty() || time.isPresent()) {
        throw ApiException.badField(RESET, "takes nothing but " + KEY + " beside it");
      }
      return said(limits.reset(Actor.OPERATOR, Set.of(), key, arguments.isDryRun()), arguments);
    }
    if (values.isEmpty()) {
      if (key.isPresent() || time.isPresent()) {
        throw ApiException.badField(key.isPresent() ? KEY : FOR, "needs a limit beside it");
      }
      return limits.show().stream().map(LimitsTask::line).toList();
    }
    return said(limits.change(Actor.OPERATOR, values, key, time, arguments.isDryRun()), arguments);
  }

  private static boolean isReset(Arguments arguments) {
    return arguments.oneOf(RESET, List.of("true")).isPresent();
  }

  private static Map<String, String> values(Arguments arguments) {
    var values = new TreeMap<String, String>();
    for (var name : LimitName.values()) {
      arguments.find(name.wire()).ifPresent(it -> values.put(name.wire(), it));
    }
    return values;
  }

  private static String line(Limit limit) {
    var by = Optional.ofNullable(limit.override());
    return limit.name().wire()
        + "="
        + limit.value()
        + word(KEY, limit.key())
        + " from="
        + limit.source()
        + word("configured", by.isPresent() ? limit.configured() : null)
        + word("changed_by", by.map(it -> it.changedBy().replace(' ', '_')).orElse(null))
        + (by.isPresent() ? until(by.get().until()) : "");
  }

  private static List<String> said(List<LimitChange> changes, Arguments arguments) {
    if (changes.isEmpty()) {
      return List.of("changed=nothing");
    }
    var would = arguments.isDryRun() ? "would_set_" : "";
    return changes.stream()
        .map(
            it ->
                would
                    + it.name().wire()
                    + "="
                    + Optional.ofNullable(it.to()).orElse("default")
                    + word(KEY, it.key())
                    + word("was", it.from())
                    + (it.to() == null || isReset(arguments) ? "" : until(it.until())))
        .toList();
  }

  private static String until(@Nullable Instant until) {
    return " until=" + (until == null ? "reset" : Timestamps.format(until));
  }

  private static String word(String name, @Nullable String value) {
    return value == null ? "" : " " + name + "=" + value;
  }
}
