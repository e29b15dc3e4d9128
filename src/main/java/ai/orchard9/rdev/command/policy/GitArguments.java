package ai.orchard9.rdev.command.policy;

import ai.orchard9.rdev.command.policy.GitOption.Form;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Takes the arguments of one sub-command apart as git does, and refuses the first that is not
/// allowed. Where git could read on differently, the value is held to what an operand may be.
final class GitArguments {
  private static final Pattern COUNT = Pattern.compile("-\\d{1,9}");
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9=%-]*");
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  private final String subcommand;
  private final GitSyntax syntax;
  private final List<String> args;
  private final Set<String> options = new LinkedHashSet<>();
  private final List<String> operands = new ArrayList<>();
  private @Nullable String remote;
  private int next;

  /// @param from the first argument after the sub-command
  GitArguments(String subcommand, GitSyntax syntax, List<String> args, int from) {
    this.subcommand = subcommand;
    this.syntax = syntax;
    this.args = args;
    this.next = from;
  }

  void read() {
    var onlyOperands = false;
    while (next < args.size()) {
      var index = next++;
      var argument = args.get(index);
      if (onlyOperands || !argument.startsWith("-") || isDash(argument)) {
        operand(index, argument);
      } else if (argument.equals("--")) {
        onlyOperands = true;
      } else if (argument.startsWith("--")) {
        longOption(index, argument);
      } else {
        shortOption(index, argument);
      }
    }
  }

  boolean has(String... names) {
    return List.of(names).stream().anyMatch(options::contains);
  }

  List<String> operands() {
    return operands;
  }

  Optional<String> remote() {
    return Optional.ofNullable(remote);
  }

  private boolean isDash(String argument) {
    return argument.equals("-") && syntax.is("dash");
  }

  private void longOption(int index, String argument) {
    var sign = argument.indexOf('=');
    var option = option(index, sign < 0 ? argument : argument.substring(0, sign));
    var value = sign < 0 ? null : argument.substring(sign + 1);
    if (value != null && option.form() == Form.FLAG) {
      throw PolicyErrors.git(index, option.name() + " takes no value");
    }
    value(index, option, value);
  }

  private void shortOption(int index, String argument) {
    if (syntax.options().containsKey(argument)) {
      value(index, option(index, argument), null);
      return;
    }
    if (COUNT.matcher(argument).matches() && syntax.options().containsKey("-#")) {
      return;
    }
    for (int at = 1; at < argument.length(); at++) {
      var option = option(index, "-" + argument.charAt(at));
      if (option.form() != Form.FLAG) {
        value(index, option, at + 1 < argument.length() ? argument.substring(at + 1) : null);
        return;
      }
      if (argument.length() > 2 && !syntax.is("clusters")) {
        throw PolicyErrors.git(
            index, "git " + subcommand + " takes short options one by one: " + option.name());
      }
      options.add(option.name());
    }
    if (argument.length() == 1) {
      throw PolicyErrors.git(index, "- means standard input, which is not allowed here");
    }
  }

  private GitOption option(int index, String name) {
    var option = syntax.options().get(name);
    if (option == null || name.equals("-#")) {
      throw PolicyErrors.git(
          index, "git " + subcommand + " takes no such option here: only whole names on its list");
    }
    return option;
  }

  /// @param attached what stands in the same argument; null when nothing does
  private void value(int index, GitOption option, @Nullable String attached) {
    options.add(option.name());
    if (attached != null) {
      checkValue(index, option, attached);
    } else if (option.form() == Form.ATTACHED) {
      throw PolicyErrors.git(index, "needs its value in the same argument: " + option.name() + "=");
    } else if (option.form() == Form.VALUE) {
      if (next >= args.size() || args.get(next).startsWith("-")) {
        throw PolicyErrors.git(
            index, "needs a value; one that begins with - goes into the same argument");
      }
      var value = args.get(next);
      checkValue(next, option, value);
      if (option.kind() == GitOption.Kind.PLAIN) {
        refuse(next, GitOperands.fault(subcommand, value));
      }
      next++;
    }
  }

  private void checkValue(int index, GitOption option, String value) {
    switch (option.kind()) {
      case TEXT -> {}
      case PLAIN -> checkControl(index, value);
      case REV -> {
        if (value.contains(":") || value.startsWith("-")) {
          throw PolicyErrors.git(index, option.name() + " takes a commit and nothing else");
        }
        checkControl(index, value);
      }
      case WORD -> {
        if (!WORD.matcher(value).matches()) {
          throw PolicyErrors.git(index, option.name() + " takes letters, digits, =, % and - only");
        }
      }
      case CHOICE -> {
        if (!option.choices().contains(value)) {
          throw PolicyErrors.git(
              index,
              option.name()
                  + " takes only "
                  + String.join(", ", option.choices().stream().sorted().toList()));
        }
      }
    }
  }

  private void operand(int index, String operand) {
    if (syntax.is("pattern") && operands.isEmpty() && !has("-e")) {
      // It is searched for. Had git's own reading been another, it would refuse the later -e.
      options.add("-e");
      return;
    }
    checkControl(index, operand);
    if (operands.size() >= syntax.mostOperands()) {
      throw PolicyErrors.git(index, "git " + subcommand + " takes no such operand here");
    }
    if (syntax.is("remote")) {
      remoteOperand(index, operand);
    } else if (!isDash(operand)) {
      refuse(index, GitOperands.fault(subcommand, operand));
    }
    operands.add(operand);
  }

  private void remoteOperand(int index, String operand) {
    if (remote == null) {
      refuse(index, GitOperands.remoteFault(operand));
      remote = operand;
    } else {
      refuse(index, GitOperands.refspecFault(subcommand, operand));
    }
  }

  private static void checkControl(int index, String text) {
    if (CONTROL.matcher(text).find()) {
      throw PolicyErrors.controlCharacter(index);
    }
  }

  private static void refuse(int index, Optional<String> fault) {
    fault.ifPresent(
        rule -> {
          throw PolicyErrors.git(index, rule);
        });
  }
}
