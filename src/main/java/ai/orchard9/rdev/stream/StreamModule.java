package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.background.BackgroundMetrics;
import ai.orchard9.rdev.command.life.ProjectEvents;
import ai.orchard9.rdev.command.output.OutputLog;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.IntSupplier;

/// Wires the streams.
///
/// @param answer for other resources that answer with events
/// @param streams for those who list or end them
/// @param events follows a command
/// @param output sends what it printed
public record StreamModule(
    EventAnswer answer, OpenStreams streams, CommandEventsResource events, OutputResource output) {

  /// The contract's silence before a heartbeat.
  public static final Duration SILENCE = Duration.ofSeconds(15);

  /// Registers the resources and the clock of the streams.
  ///
  /// @param mostStreams how many may be open at once (`MAX_STREAMS`)
  /// @param silence before a heartbeat; [#SILENCE] outside of tests
  public static StreamModule install(
      Environment environment,
      OutputLog log,
      ProjectEvents life,
      CommandLookup commands,
      ProjectLookup projects,
      KeyWatch keys,
      IntSupplier mostStreams,
      Duration silence,
      InstantSource clock,
      BackgroundMetrics background,
      PrometheusRegistry metrics) {
    var streams = new OpenStreams(mostStreams, keys, silence, background, metrics);
    var answer = new EventAnswer(log, commands, life, streams, clock);
    environment.lifecycle().manage(streams);
    environment.jersey().register(new EventsResource(answer, commands, life, projects));
    var events = new CommandEventsResource(answer, commands);
    var output = new OutputResource(log, commands, streams);
    environment.jersey().register(events);
    environment.jersey().register(output);
    return new StreamModule(answer, streams, events, output);
  }
}
