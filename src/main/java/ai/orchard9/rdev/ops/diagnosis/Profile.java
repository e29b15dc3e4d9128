package ai.orchard9.rdev.ops.diagnosis;

import ai.orchard9.rdev.ops.task.Arguments;
import java.io.IOException;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Configuration;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;

/// `GET /profile?seconds=30`: a recording of Java Flight Recorder with the JDK's own settings for
/// profiling, which cost about two per cent.
final class Profile implements Diagnosis {
  private static final String SECONDS = "seconds";
  private static final long MOST_SECONDS = 300;
  private static final long DEFAULT_SECONDS = 30;

  /// Five minutes under load are a tenth of this; what is older goes first.
  private static final long MOST_BYTES = 200L << 20;

  private static final Duration ROUND = Duration.ofSeconds(1);

  /// A recording is passed on to others: the environment has our keys and passwords, properties and
  /// arguments may have, other processes' command lines are users' commands, and statements come
  /// with all that is bound to them.
  private static final List<String> LEFT_OUT =
      List.of(
          "jdk.InitialEnvironmentVariable",
          "jdk.InitialSystemProperty",
          "jdk.InitialSecurityProperty",
          "jdk.JVMInformation",
          "jdk.SystemProcess",
          "jdk.ProcessStart",
          "jdbi.statement");

  @Override
  public String name() {
    return "profile";
  }

  @Override
  public List<String> usage() {
    return List.of(SECONDS + "=<1-" + MOST_SECONDS + ">");
  }

  @Override
  public String fileName() {
    return "profile.jfr";
  }

  @Override
  public boolean holdsSecrets() {
    return false;
  }

  @Override
  public List<String> would(Arguments arguments) {
    var seconds = seconds(arguments);
    Disk.require(MOST_BYTES);
    return List.of("would_record_seconds=" + seconds, "most_bytes=" + MOST_BYTES);
  }

  private static long seconds(Arguments arguments) {
    return arguments.number(SECONDS, 1, MOST_SECONDS).orElse(DEFAULT_SECONDS);
  }

  @Override
  public void send(Arguments arguments, Client client) throws IOException, InterruptedException {
    try (var recording = new Recording(settings())) {
      recording.setName("rdev-profile");
      recording.setToDisk(true);
      recording.setMaxSize(MOST_BYTES);
      LEFT_OUT.forEach(recording::disable);
      libraries().forEach(recording::disable);
      recording.start();
      await(Duration.ofSeconds(seconds(arguments)), client);
      recording.stop();
      try (var file = recording.getStream(null, null)) {
        if (file == null) {
          throw new IOException("nothing was recorded");
        }
        client.send(file);
      }
    }
  }

  /// Events of libraries, which nobody has looked at for what they tell.
  private static List<String> libraries() {
    return FlightRecorder.getFlightRecorder().getEventTypes().stream()
        .map(EventType::getName)
        .filter(it -> !it.startsWith("jdk."))
        .toList();
  }

  private static Configuration settings() throws IOException {
    try {
      return Configuration.getConfiguration("profile");
    } catch (ParseException broken) {
      throw new IOException("this JDK's settings for profiling are broken", broken);
    }
  }

  private static void await(Duration time, Client client) throws IOException, InterruptedException {
    var end = System.nanoTime() + time.toNanos();
    for (var left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(left, ROUND.toNanos()));
      client.awaits();
    }
  }
}
