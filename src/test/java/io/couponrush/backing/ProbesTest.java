package io.couponrush.backing;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.backing.Finding.Level;
import io.couponrush.config.Secret;
import io.couponrush.config.ServiceUri;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbesTest {
    @Test
    void isContentWithARedisThatKeepsWhatItIsGiven() {
        assertThat(levels("7.0.15", "noeviction", "master")).containsOnly(Level.OK);
        assertThat(levels("10.1.0", "noeviction", "master")).containsOnly(Level.OK);
    }

    @ParameterizedTest
    @CsvSource({"6.2.11, noeviction, master", "7.0.15, allkeys-lru, master", "7.0.15, noeviction, slave"})
    void saysWhatToChangeInAnyOther(String version, String policy, String role) {
        assertThat(levels(version, policy, role)).containsOnlyOnce(Level.FAIL);
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://u:p%40ss@db/app, jdbc:postgresql://db:5432/app",
        "postgres://u@[::1]:6000/app?sslmode=require, jdbc:postgresql://[::1]:6000/app?sslmode=require",
    })
    void turnsAUriIntoWhatJdbcTakes(String uri, String jdbc) {
        assertThat(Migrations.jdbcUrl(ServiceUri.parse(new Secret(uri)))).isEqualTo(jdbc);
    }

    private static List<Level> levels(String version, String policy, String role) {
        String info = "# Server\r\nredis_version:%s\r\nmaxmemory_policy:%s\r\n# Replication\r\nrole:%s\r\n"
                .formatted(version, policy, role);
        return Probes.redisFindings("Redis", info).stream().map(Finding::level).toList();
    }
}
