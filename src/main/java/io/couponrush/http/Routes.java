package io.couponrush.http;

import io.vertx.ext.web.Router;

/** The routes of one feature. Mounted once per HTTP event loop; holds no request. */
public interface Routes {
    void mount(Router router);

    /**
     * Mounts routes that take their bodies as they come, within bounds of their own; every other route gets its body whole.
     * Such a route begins with {@link BodyStream#begin}.
     */
    default void mountStreaming(Router router) {}
}
