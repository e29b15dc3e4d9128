/// How lines of the log look: for people, or for machines.
@NullMarked
package ai.orchard9.rdev.logging;

import org.jspecify.annotations.NullMarked;
