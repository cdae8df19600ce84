package io.featuregrid.offline.world;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogChange;
import io.featuregrid.planner.definition.Documentation;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Freshness;
import io.featuregrid.planner.definition.Functions;
import io.featuregrid.planner.definition.Proposal;
import io.featuregrid.planner.definition.Relation;
import io.featuregrid.planner.definition.Values;
import io.featuregrid.planner.plan.IngestOptions;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.plan.TrainingSetPlanner;
import io.featuregrid.planner.plan.TrainingSetRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Short ways to definitions, catalogs, options and plans. */
public final class Definitions {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Definitions() {}

    /** A feature that may be null and is usable for ever. */
    public static Feature nullable(String name, FeatureType type) {
        return feature(name, new Values(type, true, null, null, null), Freshness.UNDECLARED);
    }

    /** A feature that is never null. */
    public static Feature required(String name, FeatureType type) {
        return feature(name, new Values(type, false, null, null, null), Freshness.UNDECLARED);
    }

    public static Feature feature(String name, Values values, Freshness freshness) {
        return new Feature(name, 0, 0, values, freshness, Documentation.NONE);
    }

    /** A set as a proposal has it: without numbers. */
    public static FeatureSet set(
            String name,
            List<String> key,
            @Nullable String featureTime,
            List<Feature> features,
            List<Relation> relations) {
        return new FeatureSet(
                new FeatureSet.Identity(name, 0, 0, 0, false, List.of()), key, featureTime, features, relations);
    }

    /** The next catalog, in which exactly these sets are. */
    public static Catalog apply(Catalog current, List<FeatureSet> sets) {
        return CatalogChange.plan(current, new Proposal(null, true, sets, Functions.NONE, Map.of()))
                .next();
    }

    /** The numbered set of a catalog that has only this one. */
    public static FeatureSet alone(FeatureSet set) {
        return apply(Catalog.EMPTY, List.of(set)).sets().getFirst();
    }

    /** Ingest options out of JSON, in which single quotes stand for double ones. */
    public static IngestOptions options(String json) {
        return IngestOptions.read(json(json));
    }

    /** The plan of a training-set request out of JSON, in which single quotes stand for double ones. */
    public static TrainingSetPlan plan(Catalog catalog, String request, String... spineColumns) {
        return TrainingSetPlanner.plan(catalog, TrainingSetRequest.read(json(request)), List.of(spineColumns));
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException failure) {
            throw new IllegalArgumentException(text, failure);
        }
    }
}
