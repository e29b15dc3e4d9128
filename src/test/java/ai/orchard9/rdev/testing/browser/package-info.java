/// A real browser for tests of pages: found by what a user sees, judged by what it complains about.
@NullMarked
package ai.orchard9.rdev.testing.browser;

import org.jspecify.annotations.NullMarked;
