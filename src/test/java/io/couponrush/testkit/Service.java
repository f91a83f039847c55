package io.couponrush.testkit;

/** The whole service as its clients meet it, and where it keeps its truth, for those who look over its shoulder. */
public interface Service {
    String ADMIN_EMAIL = "staff@stories.example";
    String ADMIN_PASSWORD = "staff-opens-the-doors";

    int port();

    String postgresUri();

    String redisUri();

    default Staff staff() {
        return new Staff(this);
    }

    default Books books() {
        return new Books(this);
    }

    /** As many users, with their tokens. */
    default Callers callers(int count) {
        return Callers.of(this, count);
    }
}
