package ai.orchard9.rdev.testing.browser;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

/// A part of a page, or all of it, in words of a user: fields by their labels as a screen reader
/// says them, buttons and links by what is written on them.
///
/// It is looked up anew at every step, so it may be replaced meanwhile. A step waits until what it
/// needs is there; where several things answer to a name, it fails instead of picking one.
public final class Part {
  private static final String FIELDS = "input:not([type=hidden]), textarea, select";
  private static final String BUTTONS = "button, summary, [role=button]";
  private static final String LINKS = "a[href]";

  /// All that are to be seen, in one step: asked one by one, a page of rows takes seconds.
  private static final String SEEN =
      """
      const [root, selector] = arguments;
      const seen = [...root.querySelectorAll(selector)].filter(
        it => it.checkVisibility({visibilityProperty: true}));
      const written = it => it.textContent.trim().replace(/\\s+/g, ' ');
      """;

  private static final String ALL_WRITTEN = SEEN + "return seen.map(written);";

  /// By what is written there, else by what a screen reader says, as of a picture.
  private static final String NAMED =
      SEEN
          + """
          return seen.filter(
            it => (written(it) || it.ariaLabel || it.title) === arguments[2]);
          """;

  /// Those whose name may be so: the browser has to be asked for each.
  private static final String LABELLED =
      SEEN
          + """
          const other = it => (it.getAttribute('aria-labelledby') ?? '').split(' ')
            .map(id => document.getElementById(id));
          return seen.filter(it => [...(it.labels ?? []), ...other(it)]
            .map(label => label?.textContent).concat(it.ariaLabel, it.title)
            .some(words => words?.includes(arguments[2])));
          """;

  private static final String ASKS = "return arguments[0].closest('form[data-confirm]') !== null";

  private final Browser browser;
  private final Supplier<WebElement> root;

  Part(Browser browser, Supplier<WebElement> root) {
    this.browser = browser;
    this.root = root;
  }

  /// What is to be read there, as it is laid out.
  public String text() {
    return browser.await("text", root).getText();
  }

  /// Waits until it can be read there.
  public Part awaitText(String text) {
    return awaitText(it -> it.contains(text), "“" + text + "”");
  }

  /// Waits until that can no longer be read there.
  public Part awaitNoText(String text) {
    return awaitText(it -> !it.contains(text), "end of “" + text + "”");
  }

  /// Waits until all that can be read there is so, upper and lower case alike.
  ///
  /// @param pattern a regular expression
  public Part awaitOnly(String pattern) {
    var compiled = Pattern.compile(pattern, Pattern.CASE_INSENSITIVE);
    return awaitText(it -> compiled.matcher(it.strip()).matches(), "“" + pattern + "” alone");
  }

  private Part awaitText(Predicate<String> enough, String what) {
    browser.await(what, () -> enough.test(root.get().getText()) ? true : null);
    return this;
  }

  /// Writes into a field, instead of what is in it; in a list, picks what reads so.
  public Part fill(String label, String text) {
    var field = field(label);
    var type = String.valueOf(field.getDomProperty("type")).toLowerCase(Locale.ROOT);
    if (type.startsWith("select")) {
      new Select(field).selectByVisibleText(text);
    } else if (type.startsWith("date")) {
      // Typing into these depends on the locale.
      var value = type.equals("date") ? text.substring(0, 10) : text.replace("Z", "");
      browser.script("arguments[0].value = arguments[1]", field, value);
    } else {
      field.sendKeys(Keys.chord(Keys.CONTROL, "a"), Keys.DELETE);
      field.sendKeys(text);
    }
    return this;
  }

  /// Ticks a box.
  public Part tick(String label) {
    var box = field(label);
    if (!box.isSelected()) {
      box.click();
    }
    return this;
  }

  /// What is in a field.
  public String value(String label) {
    return String.valueOf(field(label).getDomProperty("value"));
  }

  /// Presses a button.
  public Part press(String button) {
    browser.await("button “" + button + "”", () -> only(buttons(button), button)).click();
    return this;
  }

  /// Presses a button and, where the page asks whether it is meant (`form[data-confirm]`), the one
  /// of the same name in the dialog.
  public Part pressAndConfirm(String button) {
    var asks = browser.script(ASKS, browser.await("button", () -> only(buttons(button), button)));
    press(button);
    if (Boolean.TRUE.equals(asks)) {
      browser.dialog().press(button);
    }
    return this;
  }

  /// Whether there is such a button.
  public boolean hasButton(String button) {
    return !buttons(button).isEmpty();
  }

  /// What is written on all buttons to be seen.
  public List<String> buttons() {
    return ((List<?>) Objects.requireNonNull(browser.script(ALL_WRITTEN, root.get(), BUTTONS)))
        .stream().map(String::valueOf).toList();
  }

  /// Follows a link.
  public Part follow(String link) {
    browser.await("link “" + link + "”", () -> only(named(LINKS, link), link)).click();
    return this;
  }

  /// Where its links lead, each once.
  public List<URI> links() {
    return ((List<?>)
            Objects.requireNonNull(
                browser.script(SEEN + "return seen.map(it => it.href);", root.get(), LINKS)))
        .stream().map(it -> URI.create(String.valueOf(it))).distinct().toList();
  }

  /// The first row of a table, or item of a list, in which that can be read.
  public Part row(String text) {
    return new Part(
        browser,
        () ->
            root.get().findElements(By.cssSelector("tr, li")).stream()
                .filter(it -> it.getText().contains(text))
                .findFirst()
                .orElseThrow(() -> new NothingThere("row with “" + text + "”")));
  }

  /// How many rows the bodies of its tables have.
  public int rows() {
    return root.get().findElements(By.cssSelector("tbody tr")).size();
  }

  /// A part by a CSS selector; only for what the page promises to be found by.
  public Part part(String css) {
    return new Part(
        browser,
        () ->
            root.get().findElements(By.cssSelector(css)).stream()
                .findFirst()
                .orElseThrow(() -> new NothingThere(css)));
  }

  /// Whether there is such a part.
  public boolean has(String css) {
    return !root.get().findElements(By.cssSelector(css)).isEmpty();
  }

  /// What the form around a button would send, as it is filled in.
  public Form form(String button) {
    var form =
        browser
            .await("button “" + button + "”", () -> only(buttons(button), button))
            .findElement(By.xpath("ancestor::form"));
    var fields = new LinkedHashMap<String, String>();
    var hidden = new TreeSet<String>();
    for (var field :
        form.findElements(By.cssSelector("input[name], textarea[name], select[name]"))) {
      var name = property(field, "name");
      var type = property(field, "type");
      if ((type.equals("checkbox") || type.equals("radio")) && !field.isSelected()) {
        continue;
      }
      fields.put(name, property(field, "value"));
      if (type.equals("hidden")) {
        hidden.add(name);
      }
    }
    // Not the property: a field may have that name.
    var action = Objects.requireNonNullElse(form.getDomAttribute("action"), "");
    return new Form(browser.url().resolve(action), fields, hidden);
  }

  private static String property(WebElement element, String name) {
    return Objects.requireNonNullElse(element.getDomProperty(name), "");
  }

  /// By the label as it is, else by one that begins so: a hint may follow.
  private WebElement field(String label) {
    return browser.await(
        "field “" + label + "”",
        () -> {
          var fields = seen(LABELLED, FIELDS, label);
          var exact = fields.stream().filter(it -> name(it).equals(label)).toList();
          return only(
              exact.isEmpty()
                  ? fields.stream().filter(it -> name(it).startsWith(label + " ")).toList()
                  : exact,
              label);
        });
  }

  private static String name(WebElement field) {
    return Objects.requireNonNullElse(field.getAccessibleName(), "").strip();
  }

  private List<WebElement> buttons(String button) {
    return named(BUTTONS, button);
  }

  private List<WebElement> named(String selector, String name) {
    return seen(NAMED, selector, name);
  }

  private List<WebElement> seen(String script, String selector, String name) {
    return ((List<?>) Objects.requireNonNull(browser.script(script, root.get(), selector, name)))
        .stream().map(WebElement.class::cast).toList();
  }

  private static @Nullable WebElement only(List<WebElement> found, String name) {
    if (found.size() > 1) {
      throw new AssertionError(found.size() + " of “" + name + "”: say in which part");
    }
    return found.isEmpty() ? null : found.getFirst();
  }
}
