package io.couponrush.http;

import io.vertx.ext.web.Router;

/** The routes of one feature. Mounted once per HTTP event loop; holds no request. */
public interface Routes {
    void mount(Router router);
}
