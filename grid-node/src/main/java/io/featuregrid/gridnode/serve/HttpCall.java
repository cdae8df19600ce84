package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request whose body has arrived whole. Immutable. */
public final class HttpCall {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final Head head;
    private final byte[] body;
    private final String traceId;
    private final long receivedNanos;

    HttpCall(Head head, byte[] body, String traceId, long receivedNanos) {
        this.head = head;
        this.body = body;
        this.traceId = traceId;
        this.receivedNanos = receivedNanos;
    }

    /** What stands before the body. */
    record Head(
            String method,
            String path,
            Map<String, String> parameters,
            @Nullable String contentType,
            @Nullable String accept) {}

    /** Reads a value from a parser that stands before it and has a codec. */
    @FunctionalInterface
    public interface JsonReading<T> {
        T read(JsonParser parser) throws IOException;
    }

    /** The method in capitals. */
    public String method() {
        return head.method();
    }

    /** The path as it was sent, without the query. */
    public String path() {
        return head.path();
    }

    /** The decoded value of a query parameter; of one given several times the first. */
    public Optional<String> parameter(String name) {
        return Optional.ofNullable(head.parameters().get(name));
    }

    /**
     * A query parameter that is on or off.
     *
     * @return whether it says {@code true}; false if it is absent
     * @throws FeatureGridException INVALID_QUERY if it says anything but {@code true} or {@code false}
     */
    public boolean flag(String name) {
        String text = head.parameters().getOrDefault(name, "false");
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new FeatureGridException(
                        ErrorCode.INVALID_QUERY, name + " is \"" + text + "\" (expected true or false)");
        };
    }

    /** The id by which the request is found in the log: 32 hexadecimal digits. */
    public String traceId() {
        return traceId;
    }

    /** Whether the body is of a media type, by what the request says. */
    boolean holds(String mediaType) {
        return head.contentType() != null && names(head.contentType(), mediaType);
    }

    /** Whether the answer should be of a media type: what the request accepts, else what its body is of. */
    boolean wants(String mediaType, String other) {
        String accept = head.accept();
        if (accept != null && (names(accept, mediaType) || names(accept, other))) {
            return names(accept, mediaType);
        }
        return holds(mediaType);
    }

    private static boolean names(String header, String mediaType) {
        return header.toLowerCase(Locale.ROOT).contains(mediaType);
    }

    /** When the request's head arrived, by {@link System#nanoTime}. */
    public long receivedNanos() {
        return receivedNanos;
    }

    public int bodyBytes() {
        return body.length;
    }

    /** The body's bytes, for reading. */
    public InputStream body() {
        return new ByteArrayInputStream(body);
    }

    /**
     * The body as one JSON value.
     *
     * @throws FeatureGridException PARSE_FAILED if the body is not exactly one JSON value, or an object in it states a name twice
     */
    public JsonNode json() {
        return json(JSON::readTree);
    }

    /**
     * The body as one JSON value, read without a tree of it.
     *
     * @throws FeatureGridException PARSE_FAILED as {@link #json()}, and what the reading throws
     */
    public <T> T json(JsonReading<T> reading) {
        return json(body, "the body", reading);
    }

    /** As {@link #json(JsonReading)} of a text that came in another way. */
    static <T> T json(byte[] text, String subject, JsonReading<T> reading) {
        if (text.length == 0) {
            throw new FeatureGridException(ErrorCode.PARSE_FAILED, subject + " is empty (expected JSON)");
        }
        try (JsonParser parser = JSON.createParser(text)) {
            T value = reading.read(parser);
            if (value == null || (value instanceof JsonNode node && node.isMissingNode())) {
                throw new FeatureGridException(ErrorCode.PARSE_FAILED, subject + " is blank (expected JSON)");
            }
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "there is more behind the value");
            }
            return value;
        } catch (JsonProcessingException malformed) {
            String where = malformed.getLocation() == null
                    ? ""
                    : " at line " + malformed.getLocation().getLineNr() + ", column "
                            + malformed.getLocation().getColumnNr();
            throw new FeatureGridException(
                    ErrorCode.PARSE_FAILED,
                    subject + " is no JSON" + where + ": " + malformed.getOriginalMessage()
                            + " (expected one JSON value, whole)",
                    malformed);
        } catch (IOException malformed) {
            throw new FeatureGridException(
                    ErrorCode.PARSE_FAILED, subject + " is no UTF-8 text: " + malformed.getMessage(), malformed);
        }
    }
}
