/// Promises of the whole service, tested from outside on real processes and a real PostgreSQL.
@NullMarked
package ai.orchard9.rdev.e2e;

import org.jspecify.annotations.NullMarked;
