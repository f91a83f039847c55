package io.couponrush.arch;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.config.Profile;
import io.couponrush.config.SettingsLoader;
import io.couponrush.testkit.Watching;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What conf/ tells a node in a container is what a node understands, and its parts fit together. */
class DeploymentFilesTest {
    private static final Path CONF = Path.of("conf");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)(?::[?-][^}]*)?}");
    private static final String SECRET = "q3JmZr8Xw1Lk0PzVt6Ns4HbYd9Gc2FaE7uQo";

    @Test
    @SuppressWarnings("unchecked")
    void theNodesOfComposeUnderstandTheirSettings() throws IOException {
        for (String node : List.of("node-a", "node-b")) {
            var settings = (Map<String, Object>) service(node).get("environment");
            assertUnderstood(filled(settings));
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void onlyWhoMigratesMayChangeTheSchema() throws IOException {
        for (String name : List.of("node-a", "node-b", "migrate")) {
            var settings = (Map<String, String>) service(name).get("environment");
            String role = name.equals("migrate") ? "couponrush_migrator" : "couponrush_app";
            assertThat(settings.get("COUPONRUSH_POSTGRES_URI")).startsWith("postgresql://" + role + ":");
            assertThat(settings.get("COUPONRUSH_REDIS_URI")).startsWith("redis://couponrush:");
            assertThat(settings.toString()).doesNotContain("{POSTGRES_PASSWORD");
        }
        var pods =
                (Map<String, String>) manifest("secret.example.yaml", "Secret").get("stringData");
        assertThat(pods.get("COUPONRUSH_POSTGRES_URI")).startsWith("postgresql://couponrush_app:");
        assertThat(pods.get("COUPONRUSH_REDIS_URI")).startsWith("rediss://couponrush:");
        assertThat(Files.readString(CONF.resolve("kubernetes/secret.example.yaml")))
                .containsOnlyOnce("postgresql://couponrush_migrator:");
        assertThat(Files.readString(CONF.resolve("kubernetes/migrate.yaml")))
                .containsSubsequence("{name: couponrush}", "secretRef: {name: couponrush-migrate}");
        assertThat(Files.readString(CONF.resolve("kubernetes/deployment.yaml"))).doesNotContain("couponrush-migrate");
        assertThat(Files.readString(CONF.resolve("postgres/roles.sql")))
                .contains("couponrush_migrator", "couponrush_app");
        assertThat(Files.readString(CONF.resolve("redis/users.acl"))).contains("user couponrush on >CHANGE_ME ");
    }

    @Test
    void composeAsksForWhatTheExampleNames() throws IOException {
        String compose = Files.readString(CONF.resolve("compose.yaml"));
        Set<String> asked = VARIABLE.matcher(compose)
                .results()
                .map(variable -> variable.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> named = Pattern.compile("(?m)^([A-Z_]+)=")
                .matcher(Files.readString(CONF.resolve(".env.example")))
                .results()
                .map(line -> line.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(asked).isEqualTo(named);
    }

    @Test
    @SuppressWarnings("unchecked")
    void whatComposeMountsAndWaitsForIsThere() throws IOException {
        var services = (Map<String, Map<String, Object>>) compose().get("services");
        services.forEach((name, service) -> {
            for (String volume : (List<String>) service.getOrDefault("volumes", List.of())) {
                if (volume.startsWith("./")) {
                    assertThat(CONF.resolve(volume.split(":", 2)[0])).as(name).exists();
                }
            }
            var awaited = (Map<String, Map<String, String>>) service.getOrDefault("depends_on", Map.of());
            awaited.forEach((other, how) -> {
                assertThat(services).as(name).containsKey(other);
                // The image brings the health check of the nodes.
                if ("service_healthy".equals(how.get("condition")) && !other.startsWith("node-")) {
                    assertThat(services.get(other)).as(other).containsKey("healthcheck");
                }
            });
        });
    }

    @Test
    @SuppressWarnings("unchecked")
    void theNodesBelieveNginxAndKnowEachOther() throws IOException {
        var settings = (Map<String, String>) service("node-a").get("environment");
        assertThat(settings.get("COUPONRUSH_HTTP_TRUSTED_PROXIES")).isEqualTo(address("nginx"));
        assertThat(settings.get("COUPONRUSH_CLUSTER_MEMBERS"))
                .isEqualTo(address("node-a") + ":5701," + address("node-b") + ":5701");
        assertThat(settings.get("COUPONRUSH_CLUSTER_HOST")).isEqualTo(address("node-a"));
        assertThat(Files.readString(CONF.resolve("nginx.conf"))).contains("server node-a:8080", "server node-b:8080");
        assertThat((List<String>) service("nginx").get("ports"))
                .anyMatch(port -> port.endsWith(":8443"))
                .anyMatch(port -> port.endsWith(":8080"));
        assertThat(Files.readString(CONF.resolve("prometheus/prometheus.yml"))).contains("node-a:8080", "node-b:8080");
    }

    @Test
    @SuppressWarnings("unchecked")
    void aPodUnderstandsItsSettings() throws IOException {
        Map<String, Object> env = new HashMap<>();
        env.putAll((Map<String, Object>)
                manifest("configuration.yaml", "ConfigMap").get("data"));
        env.putAll(
                (Map<String, Object>) manifest("secret.example.yaml", "Secret").get("stringData"));
        env.put("COUPONRUSH_CLUSTER_HOST", "10.20.30.40");
        assertUnderstood(filled(env));
    }

    @Test
    void thePolicyClosesThePortsOfTheCluster() throws IOException {
        String settings = Files.readString(CONF.resolve("kubernetes/configuration.yaml"));
        String policy = Files.readString(CONF.resolve("kubernetes/network.yaml"));
        String pods = Files.readString(CONF.resolve("kubernetes/deployment.yaml"));
        for (String port : List.of("5701", "15701")) {
            assertThat(settings).contains("PORT: '" + port + "'");
            assertThat(pods).contains("containerPort: " + port);
            assertThat(policy.substring(0, policy.indexOf("namespaceSelector"))).contains("port: " + port + "}");
            assertThat(policy.substring(policy.indexOf("namespaceSelector"))).doesNotContain(port);
        }
    }

    @Test
    void everywhereItRunsAsTheUserOfTheImage() throws IOException {
        // nobody, in the base images of the Dockerfile: the embedded Postgres of the training wants a user with a name
        assertThat(Files.readString(Path.of("Dockerfile"))).containsOnlyOnce("\nUSER 65534:65534\n");
        for (String file : List.of("deployment.yaml", "migrate.yaml")) {
            assertThat(Files.readString(CONF.resolve("kubernetes").resolve(file)))
                    .contains("runAsNonRoot: true\n", "runAsUser: 65534\n", "runAsGroup: 65534\n");
        }
    }

    @Test
    void secretsOfAnOperatorAreInNoRepositoryAndNoImage() throws IOException {
        assertThat(Files.readAllLines(Path.of(".gitignore"))).contains("conf/.env", "conf/tls/*.key");
        assertThat(Files.readAllLines(Path.of(".dockerignore")))
                .startsWith("*")
                .doesNotContain("!conf", "!conf/.env", "!conf/tls");
    }

    @Test
    void theAutoscalerAsksForWhatTheAdapterGives() throws IOException {
        Set<String> asked = Pattern.compile("metric: \\{name: (\\w+)}")
                .matcher(Files.readString(CONF.resolve("kubernetes/scaling.yaml")))
                .results()
                .map(metric -> metric.group(1))
                .collect(Collectors.toSet());
        assertThat(asked).isEqualTo(Watching.adapterRules().keySet()).hasSize(2);
    }

    @Test
    void prometheusKnowsPodsAsTheJobOfTheRules() throws IOException {
        String pods = Files.readString(CONF.resolve("kubernetes/monitoring/pods.yaml"));
        assertThat(pods).contains("jobLabel: app.kubernetes.io/name\n");
        assertThat(Files.readString(CONF.resolve("kubernetes/deployment.yaml")))
                .contains("labels: {app.kubernetes.io/name: couponrush, app.kubernetes.io/component: node}")
                .contains("{name: http, containerPort: 8080}");
        for (String job : jobs()) assertThat(job).isEqualTo("couponrush");
    }

    private static List<String> jobs() throws IOException {
        return Stream.concat(
                        Pattern.compile("job=\"(\\w+)\"")
                                .matcher(String.join("\n", Watching.ruleQueries()))
                                .results(),
                        Pattern.compile("job_name: (\\w+)")
                                .matcher(Files.readString(CONF.resolve("prometheus/prometheus.yml")))
                                .results())
                .map(job -> job.group(1))
                .toList();
    }

    private static void assertUnderstood(Map<String, String> env) {
        assertThat(SettingsLoader.read(Profile.SERVE, env).mistakes()).isEmpty();
    }

    /** As an operator fills it in. */
    private static Map<String, String> filled(Map<String, Object> settings) {
        Map<String, String> env = new HashMap<>();
        settings.forEach((name, value) -> {
            String text = String.valueOf(value).replace("CHANGE_ME", SECRET);
            String email = text.replaceAll("\\$\\{ADMIN_EMAIL[^}]*}", "admin@shop.example");
            env.put(
                    name,
                    email.replaceAll("\\$\\{LOADTEST_ENABLED[^}]*}", "false").replaceAll(VARIABLE.pattern(), SECRET));
        });
        return env;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> service(String name) throws IOException {
        return ((Map<String, Map<String, Object>>) compose().get("services")).get(name);
    }

    @SuppressWarnings("unchecked")
    private static String address(String service) throws IOException {
        var networks = (Map<String, Map<String, String>>) service(service).get("networks");
        return networks.get("inside").get("ipv4_address");
    }

    private static Map<String, Object> compose() throws IOException {
        return documents(CONF.resolve("compose.yaml")).get(0);
    }

    private static Map<String, Object> manifest(String file, String kind) throws IOException {
        return documents(CONF.resolve("kubernetes").resolve(file)).stream()
                .filter(document -> kind.equals(document.get("kind")))
                .findFirst()
                .orElseThrow();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> documents(Path file) throws IOException {
        var documents = new ArrayList<Map<String, Object>>();
        new Yaml(new SafeConstructor(new LoaderOptions()))
                .loadAll(Files.readString(file))
                .forEach(document -> documents.add((Map<String, Object>) document));
        return documents;
    }
}
