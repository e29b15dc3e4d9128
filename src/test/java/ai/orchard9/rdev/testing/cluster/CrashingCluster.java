package ai.orchard9.rdev.testing.cluster;

import java.util.concurrent.locks.LockSupport;

/// A JVM with a cluster, to be killed: prints the cluster's folder when it has a pod.
final class CrashingCluster {
  private CrashingCluster() {}

  static void main(String... args) {
    var cluster = FakeCluster.start();
    var pod = cluster.run(PodSpec.project("crash").sharedProcessNamespace().nonRoot());
    pod.run("sh", "-c", "setsid sleep 100 >/dev/null 2>&1 &");
    System.out.println(cluster.kubeconfig().getParent());
    while (true) {
      LockSupport.park();
    }
  }
}
