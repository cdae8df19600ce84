package io.featuregrid.flightserver.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON as UTF-8 bytes, the form of every command, option and report. */
public final class JsonText {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonText() {}

    /**
     * The one JSON value that the bytes hold.
     *
     * @param subject what the bytes are, for the message: {@code the command}
     * @throws FeatureGridException PARSE_FAILED if they are no JSON, or hold a name twice, or go on behind the value
     */
    public static JsonNode read(byte[] bytes, String subject) {
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node == null || node.isMissingNode()) {
                throw new FeatureGridException(ErrorCode.PARSE_FAILED, subject + " is empty (expected JSON)");
            }
            return node;
        } catch (MismatchedInputException more) {
            throw new FeatureGridException(
                    ErrorCode.PARSE_FAILED,
                    subject + " goes on behind its JSON value (expected one JSON value in UTF-8)",
                    more);
        } catch (JsonProcessingException refused) {
            throw new FeatureGridException(
                    ErrorCode.PARSE_FAILED,
                    subject + " is no JSON: " + refused.getOriginalMessage() + " (expected one JSON value in UTF-8)",
                    refused);
        } catch (IOException refused) {
            throw new FeatureGridException(
                    ErrorCode.PARSE_FAILED, subject + " is no JSON (expected one JSON value in UTF-8)", refused);
        }
    }

    public static byte[] write(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
