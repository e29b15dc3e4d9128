package ai.orchard9.rdev.command.queue;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who runs commands on this server. Any thread may call.
public interface Claimant {
  /// Keeps room for commands of these projects until [#take] or [#giveBack]; empty when there is
  /// not room for all of them, or none of the projects can be worked in from here now.
  ///
  /// @param count how many, at least one
  Optional<ClaimOrder> order(Set<String> projects, int count);

  /// Runs what was claimed for the order, and gives the rest of its room back.
  void take(ClaimOrder order, List<Claim> claims);

  /// Gives the room of an order back that came to nothing.
  void giveBack(ClaimOrder order);

  /// Nobody: a server that only takes commands in.
  Claimant NOBODY =
      new Claimant() {
        @Override
        public Optional<ClaimOrder> order(Set<String> projects, int count) {
          return Optional.empty();
        }

        @Override
        public void take(ClaimOrder order, List<Claim> claims) {}

        @Override
        public void giveBack(ClaimOrder order) {}
      };
}
