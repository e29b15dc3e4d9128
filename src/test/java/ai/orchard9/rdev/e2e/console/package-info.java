/// The console as its users have it: a real server, a real browser.
@NullMarked
package ai.orchard9.rdev.e2e.console;

import org.jspecify.annotations.NullMarked;
