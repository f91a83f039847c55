package io.couponrush.account;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import java.util.List;

/** The tables of this package, each behind the store that owns it. */
public final class AccountStore {
    final UserStore users;
    final PasswordStore passwords;
    final SessionStore sessions;
    final LoginFailureStore loginFailures;
    final PartnerStore partners;
    final SecondFactorStore secondFactors;
    final IdentityStore identities;

    /** Deletes what another feature holds about a user who is being forgotten, in the same transaction. */
    @FunctionalInterface
    public interface Forgetting {
        Future<Void> forget(SqlClient tx, long userId);
    }

    public AccountStore(Pool pool, List<Forgetting> forgettings) {
        this.users = new UserStore(pool, forgettings);
        this.passwords = new PasswordStore(pool);
        this.sessions = new SessionStore(pool);
        this.loginFailures = new LoginFailureStore(pool);
        this.partners = new PartnerStore(pool);
        this.secondFactors = new SecondFactorStore(pool);
        this.identities = new IdentityStore(pool);
    }
}
