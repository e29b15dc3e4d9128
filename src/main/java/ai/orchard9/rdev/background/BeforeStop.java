package ai.orchard9.rdev.background;

import io.dropwizard.core.setup.Environment;
import java.util.List;
import org.eclipse.jetty.util.component.LifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What has to happen when the server begins to stop. A `Managed` is stopped only after Jetty has
/// waited for the requests that are open, and a stream stays open as long as it may: so streams
/// would hold up the whole grace period, and with it whatever others wait to take over.
public final class BeforeStop implements LifeCycle.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(BeforeStop.class);

  /// One thing to do.
  public interface Step {
    /// Does it, in bounded time.
    void run() throws Exception;
  }

  private final List<Step> steps;

  private BeforeStop(List<Step> steps) {
    this.steps = steps;
  }

  /// Has the steps done in this order, each one even if one before it failed.
  public static void install(Environment environment, Step... steps) {
    environment.lifecycle().addEventListener(new BeforeStop(List.of(steps)));
  }

  @Override
  @SuppressWarnings("CatchingUnchecked") // The stop goes on, whatever happens.
  public void lifeCycleStopping(LifeCycle event) {
    for (var step : steps) {
      try {
        step.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.atWarn().setCause(e).log("stop goes on without a step");
      }
    }
  }
}
