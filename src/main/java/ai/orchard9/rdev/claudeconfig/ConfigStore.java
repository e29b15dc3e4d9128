package ai.orchard9.rdev.claudeconfig;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// The files in the project's work directory, and never any outside of `.claude` there: links are
/// not followed.
final class ConfigStore {
  private static final byte[] NOTHING = new byte[0];
  private static final String END = "end";

  private final FarSide far;

  ConfigStore(FarSide far) {
    this.far = far;
  }

  /// A change that can be made.
  ///
  /// @param entry what it will be; of what is deleted, without meaning
  /// @param isNew whether there was none
  record Change(Conversation conversation, ConfigKind kind, ConfigEntry entry, boolean isNew)
      implements AutoCloseable {

    /// Makes it.
    ///
    /// @throws ApiException it was not made, or nobody can tell
    void make() {
      String answer;
      try {
        answer = conversation.tell("go", Conversation::line);
      } catch (RuntimeUnavailableException e) {
        throw ConfigErrors.unknown();
      }
      if (!answer.equals("done")) {
        throw refusal(answer, conversation, kind, entry.name());
      }
    }

    /// Lets go of it: what was not made is not made.
    @Override
    public void close() {
      conversation.close();
    }
  }

  /// The files of these kinds.
  Map<ConfigKind, ConfigList> list(Place place, Set<ConfigKind> kinds) {
    var names = kinds.stream().map(ConfigKind::wire).collect(Collectors.joining(","));
    var request = new FarSide.Request("list", names, "-", NOTHING);
    var answer = ask(place, request, in -> lines(in));
    try (var conversation = answer.conversation()) {
      var lines = answer.value();
      if (!lines.getLast().equals(END)) {
        throw refusal(lines.getLast(), conversation, ConfigKind.COMMANDS, "");
      }
      return parse(kinds, lines);
    }
  }

  /// Up to the end, or to what is no line of a list.
  private static List<String> lines(InputStream in) throws IOException {
    var lines = new ArrayList<String>();
    do {
      lines.add(Conversation.line(in));
    } while (lines.getLast().matches("(kind [a-z]+|more|[0-9]+ -?[0-9]+ [^ ]+)"));
    return lines;
  }

  private static Map<ConfigKind, ConfigList> parse(Set<ConfigKind> kinds, List<String> lines) {
    var lists = new EnumMap<ConfigKind, ConfigList>(ConfigKind.class);
    kinds.forEach(it -> lists.put(it, ConfigList.EMPTY));
    var kind = ConfigKind.COMMANDS;
    var entries = new ArrayList<ConfigEntry>();
    var truncated = false;
    for (var line : lines) {
      var words = line.split(" ", -1);
      switch (words[0]) {
        case "kind", END -> {
          if (!entries.isEmpty()) {
            entries.sort(Comparator.comparing(ConfigEntry::name));
            lists.put(kind, new ConfigList(entries, truncated));
          }
          entries.clear();
          truncated = false;
          kind = words.length > 1 ? ConfigKind.find(words[1]).orElseThrow() : kind;
        }
        case "more" -> truncated = true;
        default -> entries.add(entry(name(words[2]), words[0], words[1]));
      }
    }
    return lists;
  }

  private static String name(String path) {
    return path.replaceFirst("(/SKILL)?\\.md$", "");
  }

  private static ConfigEntry entry(String name, String size, String modified) {
    return new ConfigEntry(
        name, Long.parseLong(size), Instant.ofEpochSecond(Long.parseLong(modified)));
  }

  /// One of them.
  ///
  /// @throws ApiException.NotFound there is none
  /// @throws ApiException.Conflict there is something, which is no text of up to 1 MiB
  ConfigFile read(Place place, ConfigKind kind, String name) {
    var request = new FarSide.Request("read", kind.wire(), name, NOTHING);
    var answer = ask(place, request, ConfigStore::content);
    try (var conversation = answer.conversation()) {
      var words = answer.value().head().split(" ", -1);
      if (!words[0].equals("file")) {
        throw refusal(answer.value().head(), conversation, kind, name);
      }
      return new ConfigFile(
          entry(name, words[1], words[2]), text(answer.value().bytes(), kind, name));
    }
  }

  @SuppressWarnings("ArrayRecordComponent")
  private record Content(String head, byte[] bytes) {}

  private static Content content(InputStream in) throws IOException {
    var head = Conversation.line(in);
    if (!head.matches("file [0-9]{1,7} -?[0-9]+")) {
      return new Content(head, NOTHING);
    }
    var size = Integer.parseInt(head.split(" ", -1)[1]);
    var bytes = in.readNBytes(size);
    if (!Conversation.line(in).equals(END)) {
      throw new IOException("the file was changed while it was read");
    }
    return new Content(head, bytes);
  }

  private static String text(byte[] bytes, ConfigKind kind, String name) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw ConfigErrors.notText(kind, name);
    }
  }

  /// Prepares to write one: all but its name is on the disk.
  ///
  /// @param replace whether one that is there may be replaced
  /// @throws ApiException.Conflict there is one; a link is in the way; it cannot be written
  Change write(Place place, ConfigKind kind, ConfigRules.Checked file, boolean replace) {
    var verb = replace ? "put" : "new";
    var request = new FarSide.Request(verb, kind.wire(), file.name(), file.bytes());
    return prepare(place, request, kind, file.name());
  }

  /// Prepares to delete one; a skill with all that is in its folder.
  ///
  /// @throws ApiException.NotFound there is none
  Change delete(Place place, ConfigKind kind, String name) {
    return prepare(place, new FarSide.Request("delete", kind.wire(), name, NOTHING), kind, name);
  }

  private Change prepare(Place place, FarSide.Request request, ConfigKind kind, String name) {
    var answer = ask(place, request, Conversation::line);
    var conversation = answer.conversation();
    var words = answer.value().split(" ", -1);
    if (!words[0].equals("ready")) {
      try (conversation) {
        throw refusal(answer.value(), conversation, kind, name);
      }
    }
    return words.length < 4
        ? new Change(conversation, kind, new ConfigEntry(name, 0, Instant.EPOCH), false)
        : new Change(conversation, kind, entry(name, words[1], words[2]), words[3].equals("new"));
  }

  private <T> FarSide.Answer<T> ask(
      Place place, FarSide.Request request, Conversation.Reading<T> reading) {
    try {
      return far.ask(place, request, reading);
    } catch (RuntimeUnavailableException e) {
      throw ConfigErrors.unreachable(String.valueOf(e.getMessage()));
    }
  }

  private static ApiException refusal(
      String answer, Conversation conversation, ConfigKind kind, String name) {
    var space = answer.indexOf(' ');
    var verb = space < 0 ? answer : answer.substring(0, space);
    var rest = space < 0 ? "" : answer.substring(space + 1);
    return switch (verb) {
      case "missing" -> ConfigErrors.notFound(kind);
      case "exists" -> ConfigErrors.exists(kind);
      case "link" -> ConfigErrors.link(rest);
      case "nofolder" -> ConfigErrors.noFolder(rest);
      case "irregular" -> ConfigErrors.irregular(rest);
      case "large" -> ConfigErrors.tooLarge(kind, name);
      case "changed" -> ConfigErrors.changed();
      case "failed" -> failure(rest, conversation.complaint());
      default -> ConfigErrors.unreachable("unexpected answer");
    };
  }

  /// Of what the tools say, only what is known is passed on.
  private static ApiException failure(String what, String complaint) {
    if (what.equals("workdir")) {
      return ConfigErrors.noWorkDirectory();
    }
    for (var full : List.of("No space left on device", "Disk quota exceeded")) {
      if (complaint.contains(full)) {
        return ConfigErrors.noRoom(full.toLowerCase(Locale.ROOT));
      }
    }
    for (var reason :
        List.of(
            "Read-only file system",
            "Permission denied",
            "Operation not permitted",
            "Device or resource busy",
            "File too large",
            "Directory not empty",
            "Not a directory",
            "Is a directory")) {
      if (complaint.contains(reason)) {
        return ConfigErrors.failed(what, reason.toLowerCase(Locale.ROOT));
      }
    }
    return ConfigErrors.failed(what, "the container's tools failed");
  }
}
