package ai.orchard9.rdev.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.standard.StandardDialect;
import org.thymeleaf.templatemode.TemplateMode;
import org.thymeleaf.templateresolver.AbstractConfigurableTemplateResolver;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;
import org.thymeleaf.templateresolver.FileTemplateResolver;

/// Renders templates: those of a folder where there is one, else those of the jar.
final class Pages {
  private static final String FOLDER = "ui-templates/";

  private final TemplateEngine engine = new TemplateEngine();

  /// @param folder whose templates win, and are read again with every page
  Pages(Optional<Path> folder) {
    var dialect = new StandardDialect();
    dialect.setVariableExpressionEvaluator(new RecordPaths());
    engine.setDialect(dialect);
    folder.ifPresent(
        it ->
            engine.addTemplateResolver(
                of(it.toAbsolutePath() + "/", new FileTemplateResolver(), 1)));
    engine.addTemplateResolver(
        of(FOLDER, new ClassLoaderTemplateResolver(Pages.class.getClassLoader()), 2));
  }

  private static AbstractConfigurableTemplateResolver of(
      String prefix, AbstractConfigurableTemplateResolver resolver, int order) {
    resolver.setPrefix(prefix);
    resolver.setSuffix(".html");
    resolver.setTemplateMode(TemplateMode.HTML);
    resolver.setCharacterEncoding(UTF_8.name());
    resolver.setCheckExistence(true);
    resolver.setCacheable(resolver instanceof ClassLoaderTemplateResolver);
    resolver.setOrder(order);
    return resolver;
  }

  /// The page as HTML. What turns the direction of writing, or moves a cursor, is shown instead of
  /// done: a name must not pass for another.
  String render(String template, Shell shell, Object page) {
    return Visible.of(
        engine.process(template, new Context(Locale.ROOT, Map.of("shell", shell, "page", page))));
  }
}
