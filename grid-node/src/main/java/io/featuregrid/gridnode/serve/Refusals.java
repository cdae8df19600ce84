package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.error.ProblemJson;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Replies that refuse a call. All have one shape: {@code {detail, message, trace, errors}}. */
final class Refusals {
    private Refusals() {}

    /** All problems of an exception, with the status of the first. */
    static HttpReply of(FeatureGridException refusal, String traceId) {
        ErrorCode code = refusal.first().code();
        Map<String, String> headers =
                code == ErrorCode.UNAUTHENTICATED ? Map.of("www-authenticate", "Bearer") : Map.of();
        return reply(code.httpStatus(), refusal.problems(), traceId, headers);
    }

    /** One problem with a status that is not its code's own. */
    static HttpReply of(int status, ErrorCode code, String message, String traceId) {
        return reply(status, List.of(new Problem(code, message)), traceId, Map.of());
    }

    static HttpReply of(ErrorCode code, String message, String traceId) {
        return of(code.httpStatus(), code, message, traceId);
    }

    static HttpReply wrongMethod(HttpCall call, String expected) {
        return wrongMethod(call.path(), call.method(), expected, call.traceId());
    }

    static HttpReply wrongMethod(String path, String method, String expected, String traceId) {
        String message = "method of " + path + " is " + method + " (expected " + expected + ")";
        List<Problem> problems = List.of(new Problem(ErrorCode.INVALID_QUERY, message));
        return reply(405, problems, traceId, Map.of("allow", expected));
    }

    static HttpReply internal(String traceId) {
        String message = "the node failed to answer; the reason stands in its log under trace id " + traceId;
        return of(ErrorCode.INTERNAL_SERVER_ERROR, message, traceId);
    }

    private static HttpReply reply(int status, List<Problem> problems, String traceId, Map<String, String> headers) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("detail", problems.getFirst().toString());
        body.put("message", problems.stream().map(Problem::message).collect(Collectors.joining("\n")));
        body.put("trace", traceId);
        ArrayNode errors = body.putArray("errors");
        for (Problem problem : problems) {
            errors.add(ProblemJson.write(problem));
        }
        return HttpReply.json(status, body, headers);
    }
}
