/// Spans of our own, from a submission to its end, over all servers that had a hand in it. Without
/// OpenTelemetry's agent they cost next to nothing and go nowhere.
@NullMarked
package ai.orchard9.rdev.tracing;

import org.jspecify.annotations.NullMarked;
