package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a call is answered with. Immutable, except that the bytes are not copied: give them away. */
public final class HttpReply {
    private static final String JSON = "application/json";

    private final int status;
    private final Map<String, String> headers;
    private final byte[] body;

    private HttpReply(int status, Map<String, String> headers, byte[] body) {
        this.status = status;
        this.headers = Map.copyOf(headers);
        this.body = body;
    }

    /** Status 200 with a JSON body. */
    public static HttpReply json(JsonNode body) {
        return json(200, body);
    }

    public static HttpReply json(int status, JsonNode body) {
        return json(status, body, Map.of());
    }

    static HttpReply json(int status, JsonNode body, Map<String, String> headers) {
        Map<String, String> all = new java.util.HashMap<>(headers);
        all.put("content-type", JSON);
        return new HttpReply(status, all, body.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Status 200 with a body of any kind. */
    public static HttpReply bytes(String contentType, byte[] body) {
        return new HttpReply(200, Map.of("content-type", contentType), body);
    }

    /** Status 200 with a page that may load nothing and run nothing: all it needs is its own style. */
    static HttpReply page(String html) {
        return new HttpReply(
                200,
                Map.of(
                        "content-type", "text/html; charset=utf-8",
                        "content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
                        "x-content-type-options", "nosniff"),
                html.getBytes(StandardCharsets.UTF_8));
    }

    int status() {
        return status;
    }

    Map<String, String> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }
}
