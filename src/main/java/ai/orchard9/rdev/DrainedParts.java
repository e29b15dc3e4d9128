package ai.orchard9.rdev;

import ai.orchard9.rdev.execution.Execution;
import ai.orchard9.rdev.ops.Readiness;
import ai.orchard9.rdev.ops.server.Drain;
import ai.orchard9.rdev.stream.OpenStreams;

/// What this server lets go of when it is drained.
record DrainedParts(Readiness readiness, OpenStreams openNow, Execution execution)
    implements Drain.Parts {
  @Override
  public void ready(boolean wanted) {
    if (wanted) {
      readiness.resume();
    } else {
      readiness.drain();
    }
  }

  @Override
  public void work() {
    execution.assign(Execution.Duty.ALL);
  }

  @Override
  public void keep() {
    execution.assign(Execution.Duty.KEEP);
  }

  @Override
  public void handOver() {
    execution.assign(Execution.Duty.HAND_OVER);
  }

  @Override
  public void streams(boolean wanted) {
    if (wanted) {
      openNow.accept();
    } else {
      openNow.drain();
    }
  }

  @Override
  public int commands() {
    return execution.running();
  }

  @Override
  public int openStreams() {
    return openNow.list().size();
  }
}
