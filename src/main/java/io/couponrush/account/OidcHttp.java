package io.couponrush.account;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeUnit;

/** Carries the library's requests to the issuer without blocking: few at a time, not for long, and no large answers. */
final class OidcHttp {
    private static final int CONNECT_MS = 2_000;
    private static final long TIME_LIMIT_MS = 5_000;
    private static final int ANSWER_MAX = 256 * 1024;
    private static final int CONNECTIONS = 4;
    private static final int WAITING = 64;

    private final HttpClient client;

    OidcHttp(Vertx vertx) {
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout(CONNECT_MS),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(WAITING));
    }

    /** On an event loop. Follows no redirects. A failure means that the issuer gave no answer. */
    Future<HTTPResponse> send(HTTPRequest request) {
        var options = new RequestOptions()
                .setAbsoluteURI(request.getURL())
                .setMethod(HttpMethod.valueOf(request.getMethod().name()))
                .setFollowRedirects(false)
                .setTimeout(TIME_LIMIT_MS);
        request.getHeaderMap().forEach((name, values) -> values.forEach(value -> options.addHeader(name, value)));
        String body = request.getBody();
        return client.request(options)
                .compose(sending -> body == null ? sending.send() : sending.send(body))
                .compose(OidcHttp::read)
                .timeout(TIME_LIMIT_MS, TimeUnit.MILLISECONDS);
    }

    private static Future<HTTPResponse> read(HttpClientResponse response) {
        Promise<Buffer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        HttpClientRequest request = response.request();
        response.exceptionHandler(whole::tryFail)
                .endHandler(end -> whole.tryComplete(body))
                .handler(part -> {
                    if (body.length() + part.length() > ANSWER_MAX) {
                        whole.tryFail("the issuer's answer is too large");
                        request.reset().onFailure(gone -> {});
                    } else {
                        body.appendBuffer(part);
                    }
                });
        return whole.future().compose(read -> answer(response, read));
    }

    private static Future<HTTPResponse> answer(HttpClientResponse response, Buffer body) {
        var answer = new HTTPResponse(response.statusCode());
        String type = response.getHeader("Content-Type");
        try {
            if (type != null) {
                answer.setContentType(type);
            }
        } catch (ParseException e) {
            return Future.failedFuture(e);
        }
        answer.setBody(body.toString());
        return Future.succeededFuture(answer);
    }
}
