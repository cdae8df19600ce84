package io.featuregrid.planner.definition;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The step from one catalog to the next.
 *
 * @param next the catalog after the change; the same object as before if nothing changes
 */
public record CatalogChange(Catalog next, CatalogDiff diff) {
    /**
     * Plans the change that makes the catalog what the proposal says: what the proposal lacks is removed, new objects get numbers.
     *
     * @throws FeatureGridException CONFLICT if the catalog moved on from the proposal's base version; INVALID_QUERY if a type or a key
     *     changes without {@code replace}, or if nothing would be left
     */
    public static CatalogChange plan(Catalog current, Proposal proposal) {
        if (proposal.baseVersion() != null && proposal.baseVersion() != current.version()) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "base_version is " + proposal.baseVersion() + ", but the catalog is at " + current.version()
                            + " (expected the current version: look at the difference again and apply once more)");
        }
        return new Planner(current, proposal).plan();
    }

    private static final class Planner {
        private final Catalog current;
        private final Proposal proposal;
        private final ProblemList problems;
        private final List<String> added = new ArrayList<>();
        private final List<String> changed = new ArrayList<>();
        private final List<String> removed = new ArrayList<>();
        private final Map<String, String> details = new TreeMap<>();
        private final List<RemovedSet> removedSets;
        private int nextSetNumber;

        Planner(Catalog current, Proposal proposal) {
            this.current = current;
            this.proposal = proposal;
            this.problems = new ProblemList(proposal.sources());
            this.removedSets = new ArrayList<>(current.removed());
            this.nextSetNumber = current.nextSetNumber();
        }

        CatalogChange plan() {
            if (proposal.sets().isEmpty() && !current.sets().isEmpty() && !proposal.replace()) {
                // Most likely another file was meant than one that defines nothing.
                problems.add(
                        ErrorCode.INVALID_QUERY,
                        "sets",
                        "the definitions have no set, which removes all "
                                + current.sets().size()
                                + " of the catalog (expected at least one, such as a class with @features; --replace"
                                + " removes them)");
            }
            for (FeatureSet set : current.sets()) {
                if (proposal.sets().stream().noneMatch(wanted -> wanted.name().equals(set.name()))) {
                    removeSet(set, "the set and its values are no longer served; its history stays on disk");
                }
            }
            List<FeatureSet> sets = new ArrayList<>();
            for (FeatureSet wanted : proposal.sets()) {
                Optional<FeatureSet> before = current.set(wanted.name());
                sets.add(before.map(set -> change(set, wanted)).orElseGet(() -> addSet(wanted)));
            }
            Functions functions = new FunctionChange(current.functions(), proposal.functions())
                    .plan(added, changed, removed, details);
            problems.throwIfAny();
            CatalogDiff diff = new CatalogDiff(added, changed, removed, details);
            Catalog next = diff.isEmpty()
                    ? current
                    : new Catalog(current.version() + 1, nextSetNumber, sets, removedSets, functions);
            return new CatalogChange(next, diff);
        }

        private void removeSet(FeatureSet set, String detail) {
            removed.add(set.name());
            details.put(set.name(), detail);
            objects(set).forEach(removed::add);
            removedSets.add(RemovedSet.of(set));
        }

        private FeatureSet addSet(FeatureSet wanted) {
            added.add(wanted.name());
            objects(wanted).forEach(added::add);
            Optional<RemovedSet> before = removedSets.stream()
                    .filter(set -> set.name().equals(wanted.name()))
                    .max(Comparator.comparingInt(RemovedSet::number));
            int epoch = before.map(RemovedSet::epoch).orElse(0) + 1;
            int nextFeature = before.map(RemovedSet::nextNumber).orElse(1);
            List<Feature> features = new ArrayList<>();
            for (Feature feature : wanted.features()) {
                features.add(feature.numbered(nextFeature++, epoch));
            }
            return new FeatureSet(
                    new FeatureSet.Identity(
                            wanted.name(), nextSetNumber++, nextFeature, epoch, before.isPresent(), List.of()),
                    wanted.key(),
                    wanted.featureTime(),
                    features,
                    wanted.relations());
        }

        private FeatureSet change(FeatureSet before, FeatureSet wanted) {
            if (!sameKey(before, wanted)) {
                if (!proposal.replace()) {
                    problems.add(
                            ErrorCode.INVALID_QUERY,
                            before.name(),
                            "key of '" + before.name() + "' changes from " + describeKey(before) + " to "
                                    + describeKey(wanted)
                                    + " (expected the same; --replace starts an empty set in place of the old one)");
                    return before;
                }
                removeSet(before, "the key changes: all values of the set are lost to new readers");
                return addSet(wanted);
            }
            return new SetChange(before, wanted).plan();
        }

        private static boolean sameKey(FeatureSet before, FeatureSet wanted) {
            return describeKey(before).equals(describeKey(wanted));
        }

        private static String describeKey(FeatureSet set) {
            return set.keyFeatures().stream()
                    .map(column -> column.name() + ": " + column.type().text())
                    .toList()
                    .toString();
        }

        private static Stream<String> objects(FeatureSet set) {
            return Stream.concat(
                    set.features().stream().map(feature -> set.name() + "." + feature.name()),
                    set.relations().stream().map(relation -> set.name() + "." + relation.name()));
        }

        /** The change of one set that stays. */
        private final class SetChange {
            private final FeatureSet before;
            private final FeatureSet wanted;
            private final List<RemovedFeature> removedFeatures;
            private int nextNumber;
            private int epoch;

            SetChange(FeatureSet before, FeatureSet wanted) {
                this.before = before;
                this.wanted = wanted;
                this.removedFeatures = new ArrayList<>(before.identity().removed());
                this.nextNumber = before.identity().nextNumber();
                this.epoch = before.identity().epoch();
            }

            FeatureSet plan() {
                for (Feature feature : before.features()) {
                    if (wanted.feature(feature.name()).isEmpty()) {
                        removeFeature(feature, "hidden; added again it starts empty");
                    }
                }
                if (wanted.features().stream().anyMatch(this::takesOldName)) {
                    epoch++;
                }
                List<Feature> features =
                        wanted.features().stream().map(this::next).toList();
                changeRelations();
                if (!Objects.equals(before.featureTime(), wanted.featureTime())) {
                    changed.add(before.name());
                    details.put(before.name(), "feature time " + before.featureTime() + " -> " + wanted.featureTime());
                }
                return new FeatureSet(
                        new FeatureSet.Identity(
                                before.name(),
                                before.identity().number(),
                                nextNumber,
                                epoch,
                                before.identity().replaces(),
                                removedFeatures),
                        wanted.key(),
                        wanted.featureTime(),
                        features,
                        wanted.relations());
            }

            /** Whether the wanted feature gets a new number under a name that had one. */
            private boolean takesOldName(Feature feature) {
                Optional<Feature> now = before.feature(feature.name());
                return now.map(old -> !FeatureType.keepsValues(old.type(), feature.type()))
                        .orElseGet(() -> before.identity().removed().stream()
                                .anyMatch(old -> old.name().equals(feature.name())));
            }

            private Feature next(Feature feature) {
                String object = before.name() + "." + feature.name();
                Optional<Feature> now = before.feature(feature.name());
                if (now.isEmpty()) {
                    added.add(object);
                    return feature.numbered(nextNumber++, epoch);
                }
                if (!FeatureType.keepsValues(now.get().type(), feature.type())) {
                    return replaced(now.get(), feature, object);
                }
                String difference = FeatureDifference.describe(now.get(), feature);
                if (!difference.isEmpty()) {
                    changed.add(object);
                    details.put(object, difference);
                }
                return feature.numbered(now.get().number(), now.get().sinceEpoch());
            }

            private Feature replaced(Feature old, Feature feature, String object) {
                String types = old.type().text() + " -> " + feature.type().text();
                if (!proposal.replace()) {
                    problems.add(
                            ErrorCode.INVALID_QUERY,
                            object,
                            "type of '" + object + "' changes: " + types
                                    + " (expected the same; --replace removes the old values)");
                    return old;
                }
                removeFeature(old, "replaced, type " + types + ": the stored values are lost to new readers");
                added.add(object);
                return feature.numbered(nextNumber++, epoch);
            }

            private void removeFeature(Feature feature, String detail) {
                String object = before.name() + "." + feature.name();
                removed.add(object);
                details.put(object, detail);
                removedFeatures.add(new RemovedFeature(
                        feature.name(),
                        feature.number(),
                        feature.type(),
                        feature.sinceEpoch(),
                        before.identity().epoch()));
            }

            private void changeRelations() {
                for (Relation relation : before.relations()) {
                    if (wanted.relation(relation.name()).isEmpty()) {
                        removed.add(before.name() + "." + relation.name());
                    }
                }
                for (Relation relation : wanted.relations()) {
                    Optional<Relation> now = before.relation(relation.name());
                    String object = before.name() + "." + relation.name();
                    if (now.isEmpty()) {
                        added.add(object);
                    } else if (!now.get().equals(relation)) {
                        changed.add(object);
                        details.put(object, now.get().set() + now.get().on() + " -> " + relation.set() + relation.on());
                    }
                }
            }
        }
    }
}
