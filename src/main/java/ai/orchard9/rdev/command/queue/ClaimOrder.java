package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.runtime.Place;
import java.util.Map;

/// What a server is ready to run.
///
/// @param owner the server's id
/// @param count how many commands, at least one
/// @param perProject how many may run in one project, on all servers together
/// @param places where each project is served: stored with the claim
/// @param instances the spool's instance by project, where this server has seen it: stored with the
///   claim, before any start is sent
public record ClaimOrder(
    String owner,
    int count,
    int perProject,
    Map<String, Place> places,
    Map<String, String> instances) {

  public ClaimOrder {
    places = Map.copyOf(places);
    instances = Map.copyOf(instances);
  }
}
