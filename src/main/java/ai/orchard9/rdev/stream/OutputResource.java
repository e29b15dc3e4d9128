package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandId;
import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.output.StreamName;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The exact bytes that a command printed.
@Path("/commands/{id}/output")
public final class OutputResource {

  private static final List<StreamName> BOTH = List.of(StreamName.STDOUT, StreamName.STDERR);
  private static final String BYTES = "application/octet-stream";

  private final OutputLog log;
  private final CommandLookup commands;
  private final OpenStreams streams;

  OutputResource(OutputLog log, CommandLookup commands, OpenStreams streams) {
    this.log = log;
    this.commands = commands;
    this.streams = streams;
  }

  /// The output of one stream, or of both in the order recorded: so far, a range of it, or, with
  /// `follow`, to the end of the command.
  @GET
  @RequiresScope(Scope.PROJECTS_READ)
  public void output(
      @Auth Caller caller,
      @PathParam("id") String id,
      @QueryParam("stream") @Nullable String stream,
      @QueryParam("follow") @Nullable String follow,
      @HeaderParam("Range") @Nullable String rangeHeader,
      @HeaderParam("If-Range") @Nullable String ifRange,
      @Context HttpServletRequest request,
      @Suspended AsyncResponse suspended) {
    streams.admit();
    boolean open = false;
    try {
      List<StreamName> chosen = streamsOf(stream);
      Command command =
          CommandId.parse(id)
              .flatMap(commands::find)
              .filter(it -> caller.mayUse(it.project()))
              .orElseThrow(StreamErrors::unknownCommand);
      boolean following = "true".equals(follow) && !command.status().isFinal();
      open =
          following
              ? follow(caller, command, chosen, request, suspended)
              : send(caller, command, chosen, rangeHeader, ifRange, request, suspended);
    } finally {
      if (!open) {
        streams.forget();
      }
    }
  }

  private boolean follow(
      Caller caller,
      Command command,
      List<StreamName> chosen,
      HttpServletRequest request,
      AsyncResponse suspended) {
    if ("HEAD".equals(request.getMethod())) {
      suspended.resume(Response.ok().type(BYTES).header("Cache-Control", "no-store").build());
      return false;
    }
    Sink sink = sink(request, 200);
    sink.passUncompressed();
    var source = new FollowedOutput(log, key(command), chosen);
    streams.open(command.project(), command.id().value(), caller, source, sink);
    return true;
  }

  private boolean send(
      Caller caller,
      Command command,
      List<StreamName> chosen,
      @Nullable String rangeHeader,
      @Nullable String ifRange,
      HttpServletRequest request,
      AsyncResponse suspended) {
    long size = chosen.stream().mapToLong(it -> bytesOf(command, it)).sum();
    String tag = tag(command, chosen);
    boolean rangeHolds = ifRange == null || ifRange.equals(tag);
    var range = ByteRange.parse(rangeHolds ? rangeHeader : null, size);
    if (range.isPresent() && !range.get().isSatisfiable(size)) {
      suspended.resume(
          Response.status(416)
              .header("Content-Range", "bytes */" + size)
              .header("Accept-Ranges", "bytes")
              .build());
      return false;
    }
    long start = range.map(ByteRange::start).orElse(0L);
    long end = range.map(ByteRange::end).orElse(size);
    var source = new RecordedOutput(log, key(command), chosen, start, end);
    if (!source.isThere()) {
      throw StreamErrors.outputPurged();
    }
    Sink sink = sink(request, range.isPresent() ? 206 : 200);
    sink.header("Accept-Ranges", "bytes");
    sink.length(end - start);
    if (tag != null) {
      sink.header("ETag", tag);
    }
    if (range.isPresent()) {
      sink.header("Content-Range", "bytes %d-%d/%d".formatted(start, end - 1, size));
    }
    if ("HEAD".equals(request.getMethod())) {
      sink.end();
      return false;
    }
    streams.open(command.project(), command.id().value(), caller, source, sink);
    return true;
  }

  private static Sink sink(HttpServletRequest request, int status) {
    Sink sink = Sink.of(request);
    sink.status(status);
    sink.header("Content-Type", BYTES);
    sink.header("Cache-Control", "no-store");
    sink.header("X-Content-Type-Options", "nosniff");
    sink.header("X-Accel-Buffering", "no");
    return sink;
  }

  private static List<StreamName> streamsOf(@Nullable String stream) {
    return switch (stream) {
      case null -> BOTH;
      case "stdout" -> List.of(StreamName.STDOUT);
      case "stderr" -> List.of(StreamName.STDERR);
      default -> throw StreamErrors.badStream();
    };
  }

  private static long bytesOf(Command command, StreamName stream) {
    return stream == StreamName.STDOUT ? command.stdoutBytes() : command.stderrBytes();
  }

  /// The hash names the bytes of one finished stream; running or mixed ones have no name.
  private static @Nullable String tag(Command command, List<StreamName> chosen) {
    if (chosen.size() > 1) {
      return null;
    }
    String hash =
        chosen.getFirst() == StreamName.STDOUT ? command.stdoutSha256() : command.stderrSha256();
    return hash == null ? null : "\"" + hash + "\"";
  }

  private static CommandKey key(Command command) {
    return new CommandKey(command.id().value(), command.day());
  }
}
