package io.featuregrid.planner.definition;

import io.featuregrid.planner.error.ErrorCode;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What must hold of names, keys, feature times and relations before a proposal can become a catalog. */
final class ProposalValidator {
    private final ProblemList problems;

    ProposalValidator(ProblemList problems) {
        this.problems = problems;
    }

    void validate(List<FeatureSet> sets) {
        for (FeatureSet set : sets) {
            validateNames(set);
            validateKey(set);
            validateFeatureTime(set);
            for (Relation relation : set.relations()) {
                validateRelation(set, relation, sets);
            }
        }
    }

    private void validateNames(FeatureSet set) {
        if (!Names.wellFormed(set.name())) {
            refuse(
                    ErrorCode.PARSE_FAILED,
                    set.name(),
                    "set '" + set.name() + "' is no name (expected " + Names.EXPECTED + ")");
        }
        Set<String> names = new HashSet<>();
        for (Feature feature : set.features()) {
            validateName(set, feature.name(), names);
        }
        for (Relation relation : set.relations()) {
            validateName(set, relation.name(), names);
        }
    }

    private void validateName(FeatureSet set, String name, Set<String> earlier) {
        String object = set.name() + "." + name;
        if (!Names.wellFormed(name)) {
            refuse(ErrorCode.PARSE_FAILED, object, "'" + object + "' is no name (expected " + Names.EXPECTED + ")");
        } else if (Names.reserved(name)) {
            refuse(
                    ErrorCode.PARSE_FAILED,
                    object,
                    "'" + object + "' is a word that clients cannot read as an attribute (expected another name)");
        }
        if (!earlier.add(name)) {
            refuse(ErrorCode.INVALID_QUERY, object, "'" + object + "' is defined twice");
        }
    }

    private void validateKey(FeatureSet set) {
        if (new LinkedHashSet<>(set.key()).size() != set.key().size()) {
            refuse(ErrorCode.INVALID_QUERY, set.name(), "key of '" + set.name() + "' names a column twice");
        }
        for (String column : set.key()) {
            String object = set.name() + "." + column;
            Optional<Feature> feature = set.feature(column);
            if (feature.isEmpty()) {
                refuse(ErrorCode.PARSE_FAILED, object, "key column '" + object + "' is not among the set's features");
                continue;
            }
            Values values = feature.get().values();
            if (!values.type().equals(FeatureType.INT64) && !values.type().equals(FeatureType.STRING)) {
                refuse(
                        ErrorCode.INVALID_QUERY,
                        object,
                        "key column '" + object + "' is " + values.type().text() + " (expected int64 or string)");
            }
            if (values.nullable() || values.defaultValue() != null) {
                refuse(
                        ErrorCode.INVALID_QUERY,
                        object,
                        "key column '" + object + "' may be null or has a default (expected neither)");
            }
        }
    }

    private void validateFeatureTime(FeatureSet set) {
        if (set.featureTime() == null) {
            return;
        }
        String object = set.name() + "." + set.featureTime();
        Optional<Feature> feature = set.feature(set.featureTime());
        if (feature.isEmpty()) {
            refuse(ErrorCode.PARSE_FAILED, object, "feature time '" + object + "' is not among the set's features");
        } else if (!feature.get().type().equals(FeatureType.TIMESTAMP)
                || feature.get().values().nullable()
                || set.isKey(set.featureTime())) {
            refuse(
                    ErrorCode.INVALID_QUERY,
                    object,
                    "feature time '" + object
                            + "' is a nullable or a key column, or no timestamp (expected a timestamp,"
                            + " never null, outside the key)");
        }
    }

    private void validateRelation(FeatureSet set, Relation relation, List<FeatureSet> sets) {
        String object = set.name() + "." + relation.name();
        Optional<FeatureSet> target = sets.stream()
                .filter(other -> other.name().equals(relation.set()))
                .findFirst();
        if (target.isEmpty()) {
            refuse(
                    ErrorCode.PARSE_FAILED,
                    object,
                    "relation '" + object + "' leads to the unknown set '" + relation.set() + "'");
            return;
        }
        if (!relation.on().keySet().equals(new HashSet<>(target.get().key()))) {
            refuse(
                    ErrorCode.INVALID_QUERY,
                    object,
                    "relation '" + object + "' joins " + relation.on().keySet() + " of '" + relation.set()
                            + "' (expected its whole key " + target.get().key() + ")");
            return;
        }
        for (Map.Entry<String, String> link : relation.on().entrySet()) {
            validateLink(set, object, target.get(), link);
        }
    }

    private void validateLink(FeatureSet set, String object, FeatureSet target, Map.Entry<String, String> link) {
        Optional<Feature> from = set.feature(link.getValue());
        Optional<Feature> to = target.feature(link.getKey());
        if (from.isEmpty()) {
            refuse(
                    ErrorCode.PARSE_FAILED,
                    object,
                    "relation '" + object + "' goes through '" + set.name() + "." + link.getValue()
                            + "', which is no feature");
        } else if (to.isPresent() && !to.get().type().equals(from.get().type())) {
            refuse(
                    ErrorCode.INVALID_QUERY,
                    object,
                    "relation '" + object + "' joins '" + from.get().name() + "' of type "
                            + from.get().type().text() + " to a key column of type "
                            + to.get().type().text() + " (expected equal types)");
        }
    }

    private void refuse(ErrorCode code, String object, String message) {
        problems.add(code, object, message);
    }
}
