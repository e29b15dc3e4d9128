package ai.orchard9.rdev.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/// Certificates, each of an authority of its own that nobody knows, made by the JDK's keytool when
/// first asked for, once per JVM.
public final class TestCertificate {

  /// For 127.0.0.1 and localhost, valid for days.
  public static final TestCertificate GOOD =
      new TestCertificate("-ext", "san=ip:127.0.0.1,dns:localhost", "-validity", "5");

  /// Valid for one day, three days ago.
  public static final TestCertificate EXPIRED =
      new TestCertificate("-ext", "san=ip:127.0.0.1", "-startdate", "-3d", "-validity", "1");

  /// For another host.
  public static final TestCertificate OTHER_HOST =
      new TestCertificate("-ext", "san=dns:receiver.example", "-validity", "5");

  private static final char[] PASSWORD = "password".toCharArray();

  private final List<String> options;
  private @Nullable KeyStore store;

  private TestCertificate(String... options) {
    this.options = List.of(options);
  }

  /// For a server that has it.
  public SSLContext server() {
    try {
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store(), PASSWORD);
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// For a client that trusts its authority alone.
  public SSLContext client() {
    try {
      var trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, PASSWORD);
      trusted.setCertificateEntry("authority", store().getCertificateChain("it")[1]);
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      var context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized KeyStore store() {
    if (store == null) {
      store = make();
    }
    return store;
  }

  private KeyStore make() {
    try {
      var folder = Files.createTempDirectory("certificate");
      var file = folder.resolve("store.p12");
      runKeytool(file, "authority", List.of("-ext", "bc:c", "-startdate", "-9d"));
      runKeytool(file, "it", signed());
      var made = KeyStore.getInstance("PKCS12");
      try (var in = Files.newInputStream(file)) {
        made.load(in, PASSWORD);
      }
      made.deleteEntry("authority");
      Files.delete(file);
      Files.delete(folder);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> signed() {
    var all = new ArrayList<>(List.of("-signer", "authority"));
    all.addAll(options);
    return all;
  }

  private static void runKeytool(Path file, String alias, List<String> options) throws IOException {
    var line = new ArrayList<String>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    line.addAll(List.of("-genkeypair", "-alias", alias, "-keyalg", "EC", "-dname", "CN=" + alias));
    line.addAll(List.of("-keystore", file.toString(), "-storetype", "PKCS12"));
    line.addAll(List.of("-storepass", new String(PASSWORD)));
    line.addAll(options);
    var keytool = new ProcessBuilder(line).redirectErrorStream(true).start();
    try (InputStream out = keytool.getInputStream()) {
      var said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      if (keytool.waitFor() != 0) {
        throw new IOException("keytool: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
