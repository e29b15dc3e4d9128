package ai.orchard9.rdev.command.output;

/// How far a command's recorded output goes.
///
/// @param lastEventId the newest output event, 0 for none; the `complete` event of an ended command
///   is the one after it
/// @param ended the command has its final status: no event comes after `lastEventId`
public record Position(long lastEventId, boolean ended) {}
