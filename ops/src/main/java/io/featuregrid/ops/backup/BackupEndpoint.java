package io.featuregrid.ops.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.featuregrid.gridnode.serve.ApiFragment;
import io.featuregrid.gridnode.serve.HttpCall;
import io.featuregrid.gridnode.serve.HttpHandler;
import io.featuregrid.gridnode.serve.HttpPort;
import io.featuregrid.gridnode.serve.HttpReply;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.Role;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/backup}: POST {@code {"directory": "/absolute/path"}} begins a backup, GET tells how far the one begun last is, DELETE ends it.
 * One runs at a time. Closing it ends one that runs.
 */
public final class BackupEndpoint implements AutoCloseable {
    private final BackupPorts ports;
    private @Nullable BackupJob last;
    private boolean closed;

    public BackupEndpoint(BackupPorts ports) {
        this.ports = ports;
    }

    public void mountOn(HttpPort http) {
        HttpHandler post = HttpHandler.of("POST", this::begin);
        http.mount(
                "/v1/backup",
                Allowed.to(Role.OPERATE),
                ApiFragment.of(BackupEndpoint.class, "backup"),
                call -> switch (call.method()) {
                    case "GET" -> describe();
                    case "DELETE" -> cancel();
                    default -> post.handle(call);
                });
    }

    private synchronized HttpReply begin(HttpCall call) {
        JsonNode body = call.json();
        JsonNode directory = body.path("directory");
        if (!body.isObject() || body.size() != 1 || !directory.isTextual()) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the body is " + body + " (expected {\"directory\": \"/an/absolute/path\"} on the node's machine)");
        }
        if (closed || (last != null && last.running())) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    closed
                            ? "the node is stopping"
                            : "a backup runs already (expected one at a time: wait, or end it with DELETE /v1/backup)");
        }
        BackupJob begun = BackupJob.start(ports, BackupFolder.begin(directory.asText(), ports.home()));
        last = begun;
        return HttpReply.json(begun.describe());
    }

    private synchronized HttpReply describe() {
        return HttpReply.json(
                last == null ? JsonNodeFactory.instance.objectNode().put("state", "none") : last.describe());
    }

    private synchronized HttpReply cancel() {
        if (last != null) {
            last.cancel();
        }
        return describe();
    }

    @Override
    public void close() {
        BackupJob running;
        synchronized (this) {
            closed = true;
            running = last;
        }
        if (running != null) {
            running.cancel();
            running.awaitEnd();
        }
    }
}
