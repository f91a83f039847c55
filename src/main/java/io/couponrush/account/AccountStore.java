package io.couponrush.account;

import io.vertx.sqlclient.Pool;

/** The tables of this package, each behind the store that owns it. */
public final class AccountStore {
    final UserStore users;
    final SessionStore sessions;
    final LoginFailureStore loginFailures;

    public AccountStore(Pool pool) {
        this.users = new UserStore(pool);
        this.sessions = new SessionStore(pool);
        this.loginFailures = new LoginFailureStore(pool);
    }
}
