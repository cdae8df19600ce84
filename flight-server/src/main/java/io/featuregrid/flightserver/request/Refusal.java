package io.featuregrid.flightserver.request;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.error.ProblemJson;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.ErrorFlightMetadata;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failures as a Flight client sees them: a status whose description is {@code CODE: text}, and the whole error as JSON in the trailer
 * {@code grpc-status-details-bin}. Causes stay on the server, in its log.
 */
public final class Refusal {
    /** The trailer that holds the error as JSON. */
    public static final String DETAILS = "grpc-status-details-bin";

    private static final Logger LOG = LoggerFactory.getLogger(Refusal.class);

    /** Clients refuse trailers above 8 KiB, counted after percent and base64 encoding, and then show nothing of the error. */
    private static final int MOST_DESCRIPTION_BYTES = 2_400;

    private static final int MOST_DETAIL_BYTES = 3_300;

    private static final int MOST_NAME_LENGTH = 256;

    private Refusal() {}

    /** The status to answer a failed call with. What is no refusal of ours is logged under the trace id. */
    public static FlightRuntimeException of(Throwable failure, String traceId) {
        FeatureGridException refusal = switch (failure) {
            case FeatureGridException known -> known;
            case OutOfMemoryException exhausted ->
                new FeatureGridException(
                        ErrorCode.RESOURCE_EXHAUSTED,
                        "the node has no memory left for this call (expected to pass later, or in smaller batches)",
                        exhausted);
            default ->
                new FeatureGridException(
                        ErrorCode.INTERNAL_SERVER_ERROR,
                        "the node failed, which is no fault of the request's; its log has the cause under trace id "
                                + traceId,
                        failure);
        };
        switch (refusal.first().code()) {
            case INTERNAL_SERVER_ERROR, UPSTREAM_FAILED -> LOG.error("call failed, trace id {}", traceId, failure);
            case RESOURCE_EXHAUSTED ->
                LOG.warn("call refused, trace id {}: {}", traceId, refusal.getMessage(), refusal.getCause());
            default -> LOG.debug("call refused, trace id {}", traceId, failure);
        }
        ErrorFlightMetadata trailers = new ErrorFlightMetadata();
        trailers.insert(DETAILS, details(refusal, traceId));
        return status(refusal.first().code())
                .withDescription(description(refusal.first()))
                .withMetadata(trailers)
                .toRuntimeException();
    }

    private static CallStatus status(ErrorCode code) {
        return switch (code) {
            case PARSE_FAILED, RESOLVER_NOT_FOUND, INVALID_QUERY, TOO_LARGE, VALIDATION_FAILED ->
                CallStatus.INVALID_ARGUMENT;
            case CONFLICT -> CallStatus.ALREADY_EXISTS;
            case RESOLVER_FAILED, UPSTREAM_FAILED -> CallStatus.UNAVAILABLE;
            case RESOLVER_TIMED_OUT -> CallStatus.TIMED_OUT;
            case INTERNAL_SERVER_ERROR -> CallStatus.INTERNAL;
            case UNAUTHENTICATED -> CallStatus.UNAUTHENTICATED;
            case UNAUTHORIZED -> CallStatus.UNAUTHORIZED;
            case CANCELLED -> CallStatus.CANCELLED;
            case DEADLINE_EXCEEDED -> CallStatus.TIMED_OUT;
            case RESOURCE_EXHAUSTED -> CallStatus.RESOURCE_EXHAUSTED;
        };
    }

    /** {@code CODE: text}, cut so that what it takes on the wire stays in bounds. */
    private static String description(Problem problem) {
        String text = problem.toString();
        int size = 0;
        for (int index = 0; index < text.length(); ) {
            int next = text.offsetByCodePoints(index, 1);
            boolean plain = next == index + 1
                    && text.charAt(index) >= ' '
                    && text.charAt(index) < 0x7f
                    && text.charAt(index) != '%';
            size += plain ? 1 : 3 * text.substring(index, next).getBytes(StandardCharsets.UTF_8).length;
            if (size > MOST_DESCRIPTION_BYTES) {
                return text.substring(0, index) + "...";
            }
            index = next;
        }
        return text;
    }

    private static byte[] details(FeatureGridException refusal, String traceId) {
        String whole = refusal.first().message();
        String message = whole;
        byte[] bytes = details(refusal, traceId, message);
        for (int length = whole.length(); bytes.length > MOST_DETAIL_BYTES && length > 1; ) {
            length = length * 3 / 4;
            message = whole.substring(0, Character.isHighSurrogate(whole.charAt(length - 1)) ? length - 1 : length)
                    + "...";
            bytes = details(refusal, traceId, message);
        }
        return bytes;
    }

    /** The first of the errors, and as many of the others as fit. */
    private static byte[] details(FeatureGridException refusal, String traceId, String firstMessage) {
        ObjectNode details = error(refusal.first(), firstMessage);
        details.put("trace_id", traceId);
        ArrayNode errors = details.putArray("errors").add(error(refusal.first(), firstMessage));
        byte[] bytes = JsonText.write(details);
        for (Problem problem : refusal.problems().subList(1, refusal.problems().size())) {
            errors.add(error(problem, problem.message()));
            byte[] longer = JsonText.write(details);
            if (longer.length > MOST_DETAIL_BYTES) {
                break;
            }
            bytes = longer;
        }
        return bytes;
    }

    private static ObjectNode error(Problem problem, String message) {
        return ProblemJson.write(
                new Problem(problem.code(), message, name(problem.feature()), name(problem.resolver())));
    }

    /** A name that stands in an error may be anything that a client made up. */
    private static @Nullable String name(@Nullable String name) {
        return name == null || name.length() <= MOST_NAME_LENGTH
                ? name
                : name.substring(0, name.offsetByCodePoints(0, MOST_NAME_LENGTH / 2)) + "...";
    }
}
