package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.Artifacts;
import io.featuregrid.planner.execute.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** {@code POST /v1/artifacts}: the body is kept, and answered is {@code {sha256}}, by which definitions name it. */
public final class ArtifactEndpoint {
    private final Artifacts artifacts;

    public ArtifactEndpoint(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    public void mountOn(HttpPort http) {
        http.mount(
                "/v1/artifacts",
                Allowed.to(Role.APPLY),
                ApiFragment.of(ArtifactEndpoint.class, "artifact"),
                HttpHandler.of("POST", this::keep));
    }

    private HttpReply keep(HttpCall call) {
        try (InputStream body = call.body()) {
            String sha256 = artifacts.put(body.readAllBytes());
            return HttpReply.json(JsonNodeFactory.instance.objectNode().put("sha256", sha256));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }
}
