package ai.orchard9.rdev.testing.browser;

import org.openqa.selenium.NoSuchElementException;

/// A part of a page is not there, or not yet.
final class NothingThere extends NoSuchElementException {
  private static final long serialVersionUID = 1L;

  NothingThere(String what) {
    super(what);
  }
}
