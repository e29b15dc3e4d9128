/// Game days: a fault is really provoked, its alert would see it, and the commands that its runbook
/// has, as they stand there, lead out of it.
@NullMarked
package ai.orchard9.rdev.e2e.gameday;

import org.jspecify.annotations.NullMarked;
