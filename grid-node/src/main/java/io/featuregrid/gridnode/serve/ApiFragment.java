package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * What some paths take and answer, as OpenAPI 3.1 says it: a JSON document with {@code paths} and {@code components.schemas}, kept beside the
 * class that mounts them. Refusals need not be described: every operation has them. Immutable.
 */
public final class ApiFragment {
    /** Of paths that are for people, and so are not described to programs. */
    public static final ApiFragment FOR_PEOPLE = new ApiFragment(JsonNodeFactory.instance.objectNode());

    private static final String SUFFIX = ".openapi.json";
    private static final JsonMapper JSON = new JsonMapper();

    private final JsonNode document;

    private ApiFragment(JsonNode document) {
        this.document = document;
    }

    /**
     * The fragment in the resource {@code NAME.openapi.json} beside a class.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ApiFragment of(Class<?> near, String name) {
        try (InputStream resource = near.getResourceAsStream(name + SUFFIX)) {
            if (resource == null) {
                throw new IllegalArgumentException("no resource " + name + SUFFIX + " beside " + near.getName()
                        + " (expected an API's description)");
            }
            return new ApiFragment(JSON.readTree(resource));
        } catch (IOException malformed) {
            throw new UncheckedIOException(name + SUFFIX + " beside " + near.getName() + " is no JSON", malformed);
        }
    }

    boolean isForPeople() {
        return document.isEmpty();
    }

    /**
     * The operations of a path, by method in small letters. A copy.
     *
     * @throws IllegalArgumentException if the path is not described
     */
    ObjectNode operations(String path) {
        if (!(document.path("paths").path(path) instanceof ObjectNode operations) || operations.isEmpty()) {
            throw new IllegalArgumentException("path " + path + " is not described (expected an entry under paths)");
        }
        return operations.deepCopy();
    }

    /** The schemas that the operations refer to, by name. */
    JsonNode schemas() {
        return document.path("components").path("schemas");
    }
}
