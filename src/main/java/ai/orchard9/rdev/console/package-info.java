/// Server-rendered pages for the platform team. May use every room; nobody imports it.
@NullMarked
package ai.orchard9.rdev.console;

import org.jspecify.annotations.NullMarked;
