package io.couponrush.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PermissionTest {
    @Test
    void usersTakePartAndNothingElse() {
        assertThat(of(Role.USER)).containsExactly(Permission.TAKE_PART);
    }

    @Test
    void partnersGiveCouponsAndNothingElse() {
        assertThat(of(Role.PARTNER)).containsExactly(Permission.GRANT_COUPONS);
    }

    @Test
    void staffRunsCampaignsButSeesNeitherPeopleNorTheAuditLog() {
        assertThat(of(Role.STAFF))
                .containsExactlyInAnyOrder(
                        Permission.TAKE_PART,
                        Permission.RUN_CAMPAIGNS,
                        Permission.READ_STAFF,
                        Permission.GRANT_COUPONS);
    }

    @ParameterizedTest
    @EnumSource
    void adminsMayAll(Permission permission) {
        assertThat(new Caller(1, "a@example.org", Role.ADMIN, new UUID(0, 1)).may(permission))
                .isTrue();
    }

    private static Set<Permission> of(Role role) {
        return Arrays.stream(Permission.values())
                .filter(permission -> permission.isGivenTo(role))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Permission.class)));
    }
}
