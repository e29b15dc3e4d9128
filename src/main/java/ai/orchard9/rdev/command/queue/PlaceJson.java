package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.runtime.Place;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

/// Places as rows keep them. Other versions of the service read them too: fields may be added, not
/// renamed.
final class PlaceJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PlaceJson() {}

  static String write(Place place) {
    return JSON.valueToTree(place).toString();
  }

  static Place read(String json) {
    try {
      return JSON.readValue(json, Place.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("place of a command", e);
    }
  }
}
