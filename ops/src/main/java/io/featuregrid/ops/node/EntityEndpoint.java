package io.featuregrid.ops.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.gridnode.serve.ApiFragment;
import io.featuregrid.gridnode.serve.HttpCall;
import io.featuregrid.gridnode.serve.HttpHandler;
import io.featuregrid.gridnode.serve.HttpPort;
import io.featuregrid.gridnode.serve.HttpReply;
import io.featuregrid.offline.History;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.batch.StampColumn;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.ObservationDrain;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.execute.Role;
import io.featuregrid.planner.time.Durations;
import io.featuregrid.planner.time.Timestamps;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is this value: {@code POST /v1/entity} tells every feature of one entity with its value, age and origin, or why it is missing. Without
 * {@code at} the online row is told, with it what history knows as of then.
 */
final class EntityEndpoint {
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(10);
    private static final double MICROS_A_SECOND = 1e6;

    private final CatalogStore catalogs;
    private final OnlineStore online;
    private final History history;
    private final ObservationDrain drain;
    private final Clock clock;

    EntityEndpoint(CatalogStore catalogs, OnlineStore online, History history, ObservationDrain drain, Clock clock) {
        this.catalogs = catalogs;
        this.online = online;
        this.history = history;
        this.drain = drain;
        this.clock = clock;
    }

    void mountOn(HttpPort http) {
        http.mount(
                "/v1/entity",
                Allowed.to(Role.READ),
                ApiFragment.of(EntityEndpoint.class, "entity"),
                HttpHandler.of("POST", this::tell));
    }

    private HttpReply tell(HttpCall call) {
        JsonNode body = call.json();
        FeatureSet set = set(body.path("set"));
        FeatureBatch key = key(set, body.path("key"));
        OptionalLong at = at(body.path("at"));
        OnlineStore store = online;
        long now = at.orElseGet(clock::nowMicros);
        if (at.isPresent()) {
            store = new HeapOnlineStore();
            store.prepare(set);
            drain.drain(List.of(set), DRAIN_LIMIT);
            OnlineStore then = store;
            history.observations(set, key, now, observations -> then.merge(set, observations));
        }
        OnlineRows rows = store.read(OnlineRead.ofAnyAge(set, set.carried(), now, true), key);
        ObjectNode reply = JsonNodeFactory.instance.objectNode();
        for (int index = 0; index < set.carried().size(); index++) {
            Feature feature = set.carried().get(index);
            StampColumn stamps =
                    rows.stamps() == null ? new StampColumn(1) : rows.stamps().get(index);
            reply.set(
                    set.name() + "." + feature.name(),
                    describe(feature, rows.values().column(index), stamps, now));
        }
        return HttpReply.json(reply);
    }

    private static ObjectNode describe(Feature feature, Column values, StampColumn stamps, long now) {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        Stamp stamp = stamps.stamp(0).orElse(null);
        String missing = missing(feature, stamp, stamps.tombstone(0), now);
        Object value = missing == null ? TypedValues.box(feature.type(), values, 0) : null;
        told.set(
                "value",
                value == null ? JsonNodeFactory.instance.nullNode() : TypedValues.write(feature.type(), value));
        told.put("valid", missing == null);
        told.put("observed_at", stamp == null ? null : Timestamps.format(stamp.observedAt()));
        told.put("inserted_at", stamp == null ? null : Timestamps.format(stamp.insertedAt()));
        if (stamp == null) {
            told.putNull("age_seconds");
        } else {
            told.put("age_seconds", (now - stamp.observedAt()) / MICROS_A_SECOND);
        }
        told.put("origin", stamp == null ? null : stamps.origin(0).text());
        told.put("resolver_version", stamps.version(0) == 0 ? null : stamps.version(0));
        told.put("missing", missing);
        return told;
    }

    /** Why nobody is served the value; null if they are. */
    private static @Nullable String missing(Feature feature, @Nullable Stamp stamp, boolean tombstone, long now) {
        if (stamp == null) {
            return switch (feature.supply()) {
                case WRITTEN -> "never written";
                case COMPUTED -> "computed when it is asked for";
                case REQUEST -> "given by each request";
            };
        }
        if (tombstone) {
            return "tombstone";
        }
        if (stamp.observedAt() > now) {
            return "observed later";
        }
        long ttl = feature.ttlMicros();
        Long staleness = feature.freshness().maxStalenessMicros();
        if (staleness != null && now > Durations.add(stamp.observedAt(), staleness)) {
            return "older than max staleness " + Durations.format(staleness);
        }
        return now > Durations.add(stamp.observedAt(), ttl) ? "older than offline ttl " + Durations.format(ttl) : null;
    }

    private FeatureSet set(JsonNode name) {
        Catalog catalog = catalogs.current();
        return catalog.set(name.asText())
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.PARSE_FAILED,
                        "set is " + (name.isMissingNode() ? "missing" : name) + " (expected one of "
                                + catalog.sets().stream().map(FeatureSet::name).toList() + ")"));
    }

    private static FeatureBatch key(FeatureSet set, JsonNode given) {
        Set<String> names = new HashSet<>();
        given.fieldNames().forEachRemaining(names::add);
        if (!names.equals(new HashSet<>(set.key()))) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "key of '" + set.name() + "' is " + given + " (expected an object with a value for each of "
                            + set.key() + ")");
        }
        List<Column> columns = new ArrayList<>();
        for (Feature feature : set.keyFeatures()) {
            JsonNode value = given.path(feature.name());
            Object boxed = TypedValues.read(feature.type(), value)
                    .orElseThrow(() -> FeatureGridException.of(
                            ErrorCode.VALIDATION_FAILED,
                            set.name() + "." + feature.name(),
                            "key '" + set.name() + "." + feature.name() + "' is " + value + " (expected "
                                    + feature.type().text() + ")"));
            ColumnBuilder builder = new ColumnBuilder(feature.type().columnType(), 1);
            TypedValues.set(feature.type(), builder, 0, boxed);
            columns.add(builder.build());
        }
        return FeatureBatch.onHeap(set.key(), columns, 1);
    }

    private static OptionalLong at(JsonNode time) {
        if (time.isMissingNode() || time.isNull()) {
            return OptionalLong.empty();
        }
        OptionalLong micros = time.isTextual() ? Timestamps.parse(time.textValue()) : OptionalLong.empty();
        if (micros.isEmpty()) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY, "at is " + time + " (expected a time like 2013-01-01T10:00:00Z)");
        }
        return micros;
    }
}
