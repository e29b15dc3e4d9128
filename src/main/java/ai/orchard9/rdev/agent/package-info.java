/// What agents emit: reads the `stream-json` of the Claude Code CLI as it comes, and knows nothing
/// of commands. Imports no other room.
@NullMarked
package ai.orchard9.rdev.agent;

import org.jspecify.annotations.NullMarked;
