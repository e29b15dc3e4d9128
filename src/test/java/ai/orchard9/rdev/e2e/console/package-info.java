/// The console as its users have it: a real server, and what a browser sends to it.
@NullMarked
package ai.orchard9.rdev.e2e.console;

import org.jspecify.annotations.NullMarked;
