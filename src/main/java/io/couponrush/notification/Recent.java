package io.couponrush.notification;

import java.util.LinkedHashMap;
import java.util.Map;

/** The message ids that were stored last, so that the usual duplicate does not cost a look into Postgres. */
final class Recent {
    private static final int REMEMBERED = 10_000;

    private final Map<String, Boolean> ids = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    void add(String messageId) {
        ids.put(messageId, true);
    }

    boolean has(String messageId) {
        return ids.containsKey(messageId);
    }
}
