package io.couponrush.testkit;

import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A tab of a real browser: what a person sees and does, by CSS selectors. */
public final class Tab {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PHONE = 360;
    private static final int DESKTOP = 1280;

    private final Chromium chromium;
    private final String session;
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();

    Tab(Chromium chromium, String session) {
        this.chromium = chromium;
        this.session = session;
    }

    void begin() {
        ask("Page.enable", new JsonObject());
        ask("Runtime.enable", new JsonObject());
        ask("Log.enable", new JsonObject());
        width(PHONE);
    }

    void hear(JsonObject event) {
        JsonObject params = event.getJsonObject("params", new JsonObject());
        switch (event.getString("method")) {
            case "Runtime.exceptionThrown" -> complaints.add(params.encode());
            case "Log.entryAdded" -> {
                JsonObject entry = params.getJsonObject("entry");
                if ("error".equals(entry.getString("level"))) complaints.add(entry.getString("text"));
            }
            default -> {}
        }
    }

    /** Exceptions of the page, and what the browser logged as errors: failed requests, violations of the policy. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    @CanIgnoreReturnValue
    public Tab opens(String url) {
        var answer = ask("Page.navigate", new JsonObject().put("url", url));
        if (answer.containsKey("errorText")) throw new AssertionError(url + ": " + answer.getString("errorText"));
        return until("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /** The value of a JavaScript expression, a promise's when it is one. */
    public Object value(String expression) {
        var answer = ask(
                "Runtime.evaluate",
                new JsonObject()
                        .put("expression", expression)
                        .put("awaitPromise", true)
                        .put("returnByValue", true));
        if (answer.containsKey("exceptionDetails")) throw new AssertionError(answer.encode());
        return answer.getJsonObject("result").getValue("value");
    }

    public boolean is(String expression) {
        return Boolean.TRUE.equals(value("!!(" + expression + ")"));
    }

    /** Waits until the expression is true, and says what the page shows when it never is. */
    @CanIgnoreReturnValue
    public Tab until(String expression) {
        try {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .ignoreExceptions() // a page that is being loaded
                    .until(() -> is(expression));
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(
                    "never " + expression + ", the page shows: " + value("document.body.innerText"), e);
        }
        return this;
    }

    /** Waits until the element shows that text. */
    @CanIgnoreReturnValue
    public Tab shows(String selector, String text) {
        return until(find(selector) + "?.innerText.includes(" + Json.encode(text) + ")");
    }

    /** Waits until the page of an event is in that phase. */
    @CanIgnoreReturnValue
    public Tab phase(String phase) {
        return until(find("article.event") + "?.dataset.phase === " + Json.encode(phase));
    }

    /** Waits for the element and presses it. */
    @CanIgnoreReturnValue
    public Tab presses(String selector) {
        return until("(found => found && (found.click(), true))(" + find(selector) + ")");
    }

    @CanIgnoreReturnValue
    public Tab types(String selector, String text) {
        until(find(selector));
        value(find(selector) + ".focus()");
        ask("Input.insertText", new JsonObject().put("text", text));
        return this;
    }

    /** Types in place of what is there. */
    @CanIgnoreReturnValue
    public Tab retypes(String selector, String text) {
        until(find(selector));
        value(find(selector) + ".select()");
        return types(selector, text);
    }

    /**
     * Holds back the next request to a path with that end until {@link #lets} or {@link #cuts}. The page's own limit for it
     * does not count the time.
     */
    @CanIgnoreReturnValue
    public Tab holds(String pathEnd) {
        value(
                """
                (() => {
                  const real = fetch;
                  window.fetch = (path, options) => {
                    if (!path.endsWith(%s)) return real(path, options);
                    window.fetch = real;
                    return new Promise((resolve, reject) => {
                      window.lets = () => resolve(real(path, {...options, signal: null}));
                      window.cuts = () => reject(new TypeError('cut'));
                    });
                  };
                })()
                """
                        .formatted(Json.encode(pathEnd)));
        return this;
    }

    /** Sends what was held back. */
    @CanIgnoreReturnValue
    public Tab lets() {
        until("window.lets").value("window.lets()");
        return this;
    }

    /** Has what was held back end like a lost connection. */
    @CanIgnoreReturnValue
    public Tab cuts() {
        until("window.cuts").value("window.cuts()");
        return this;
    }

    /** Lets so much time pass in the browser. */
    @CanIgnoreReturnValue
    public Tab waits(Duration time) {
        value("new Promise((resolve) => setTimeout(resolve, %d))".formatted(time.toMillis()));
        return this;
    }

    public String text(String selector) {
        return String.valueOf(value(find(selector) + "?.innerText"));
    }

    /** A picture of the whole page as on a phone and on a desktop, {@code target/screens/name-….png}. */
    public void looksLike(String name) {
        picture(name + "-phone", PHONE);
        picture(name + "-desktop", DESKTOP);
        width(PHONE);
    }

    private void picture(String name, int width) {
        width(width);
        var options = new JsonObject().put("format", "png").put("captureBeyondViewport", true);
        byte[] png = Base64.getDecoder()
                .decode(ask("Page.captureScreenshot", options).getString("data"));
        try {
            Path screens = Files.createDirectories(Path.of("target", "screens"));
            Files.write(screens.resolve(name + ".png"), png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void width(int pixels) {
        ask(
                "Emulation.setDeviceMetricsOverride",
                new JsonObject()
                        .put("width", pixels)
                        .put("height", 844)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", pixels == PHONE));
    }

    private static String find(String selector) {
        return "document.querySelector(" + Json.encode(selector) + ")";
    }

    @CanIgnoreReturnValue
    private JsonObject ask(String method, JsonObject params) {
        return chromium.ask(session, method, params);
    }
}
