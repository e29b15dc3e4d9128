package ai.orchard9.rdev.console;

import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.thymeleaf.context.IExpressionContext;
import org.thymeleaf.standard.expression.IStandardVariableExpression;
import org.thymeleaf.standard.expression.IStandardVariableExpressionEvaluator;
import org.thymeleaf.standard.expression.OGNLVariableExpressionEvaluator;
import org.thymeleaf.standard.expression.StandardExpressionExecutionContext;

/// Reads paths of records, as `row.last.id`, without OGNL, which looks for getters first, by an
/// exception each time: a page of the audit log takes two thirds of the time so (30 ms instead of
/// 45, of 50 rows). Everything else is OGNL's.
final class RecordPaths implements IStandardVariableExpressionEvaluator {
  private static final Pattern PATH = Pattern.compile("[a-z]\\w*(\\.[a-z]\\w*)+");

  private static final ClassValue<Map<String, Method>> ACCESSORS =
      new ClassValue<>() {
        @Override
        protected Map<String, Method> computeValue(Class<?> type) {
          return type.isRecord()
              ? Arrays.stream(type.getRecordComponents())
                  .map(RecordComponent::getAccessor)
                  .collect(Collectors.toMap(Method::getName, Function.identity()))
              : Map.of();
        }
      };

  private final IStandardVariableExpressionEvaluator others =
      new OGNLVariableExpressionEvaluator(true);

  @Override
  public @Nullable Object evaluate(
      IExpressionContext context,
      IStandardVariableExpression expression,
      StandardExpressionExecutionContext execution) {
    var text = expression.getExpression();
    if (!execution.getPerformTypeConversion()
        && !expression.getUseSelectionAsRoot()
        && PATH.matcher(text).matches()) {
      var names = text.split("\\.", -1);
      var value = context.getVariable(names[0]);
      for (int i = 1; i < names.length && value != null; i++) {
        var accessor = ACCESSORS.get(value.getClass()).get(names[i]);
        if (accessor == null) {
          return others.evaluate(context, expression, execution);
        }
        value = read(accessor, value);
        if (i == names.length - 1) {
          return value;
        }
      }
    }
    return others.evaluate(context, expression, execution);
  }

  private static @Nullable Object read(Method accessor, Object target) {
    try {
      return accessor.invoke(target);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
