package ai.orchard9.rdev.runtime;

import java.util.List;

/// The projects there were at one moment.
///
/// @param version rises with each change seen; of two listings the greater one is newer
/// @param leftOut what looks like a project and cannot be one, and why, for people
public record Listing(long version, List<Found> found, List<String> leftOut) {
  public Listing {
    found = List.copyOf(found);
    leftOut = List.copyOf(leftOut);
  }
}
