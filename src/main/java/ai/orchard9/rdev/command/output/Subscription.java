package ai.orchard9.rdev.command.output;

/// Wake-ups that go on until closed.
public interface Subscription extends AutoCloseable {

  @Override
  void close();
}
