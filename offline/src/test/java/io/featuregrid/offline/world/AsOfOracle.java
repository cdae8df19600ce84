package io.featuregrid.offline.world;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The as-of rule as it is written down: look at every observation, take the greatest stamp of those that qualify. */
public final class AsOfOracle {
    /** For ever. */
    public static final long NO_TTL = Long.MAX_VALUE;

    private static final Comparator<Observation> BY_STAMP = Comparator.comparingLong(Observation::observedAt)
            .thenComparingLong(Observation::insertedAt)
            .thenComparingLong(Observation::sequence);

    private final Map<Entity, List<Observation>> observations = new HashMap<>();

    /** Whose observation it is. */
    public record Entity(String table, List<Object> key) {}

    /** What an observation says. */
    public enum Kind {
        VALUES,
        TOMBSTONE_OF_SOME,
        TOMBSTONE_OF_ALL
    }

    /**
     * One observation.
     *
     * @param carried cells by feature number; of a tombstone those of the features that end, whatever the cell
     */
    public record Observation(
            Entity entity, long observedAt, long insertedAt, long sequence, Kind kind, Map<Integer, Object> carried) {}

    /**
     * What is asked.
     *
     * @param knownUntil the knowledge cut-off; {@link Long#MAX_VALUE} for none
     */
    public record Question(long time, boolean exclusive, long delay, long knownUntil) {
        boolean sees(Observation observation) {
            long newest = time - delay;
            boolean then = exclusive ? observation.observedAt() < newest : observation.observedAt() <= newest;
            return then && observation.insertedAt() <= knownUntil;
        }
    }

    public void add(Observation observation) {
        observations
                .computeIfAbsent(observation.entity(), entity -> new ArrayList<>())
                .add(observation);
    }

    /** Forgets what is known of an entity. */
    public void erase(Entity entity) {
        observations.remove(entity);
    }

    /** All observations of a table. */
    public List<Observation> of(String table) {
        return observations.values().stream()
                .flatMap(List::stream)
                .filter(observation -> observation.entity().table().equals(table))
                .toList();
    }

    public List<Entity> entities(String table) {
        return observations.keySet().stream()
                .filter(entity -> entity.table().equals(table))
                .toList();
    }

    /** The cell of a feature. */
    public Object value(Entity entity, int feature, long ttl, Question question) {
        Observation best = newest(
                entity,
                observation -> (observation.kind() == Kind.TOMBSTONE_OF_ALL
                                || observation.carried().containsKey(feature))
                        && question.sees(observation)
                        && (ttl == NO_TTL || question.time() <= observation.observedAt() + ttl));
        return best.kind() == Kind.VALUES ? best.carried().getOrDefault(feature, Cell.MISSING) : Cell.MISSING;
    }

    /** Whether the entity has a row: of its observations and tombstones of all, the newest is no tombstone. */
    public boolean exists(Entity entity, Question question) {
        return newest(entity, observation -> observation.kind() != Kind.TOMBSTONE_OF_SOME && question.sees(observation))
                        .kind()
                == Kind.VALUES;
    }

    /** The greatest stamp of those that qualify; a tombstone of all if none does, which shows as nothing too. */
    private Observation newest(Entity entity, Predicate<Observation> qualifies) {
        return observations.getOrDefault(entity, List.of()).stream()
                .filter(qualifies)
                .max(BY_STAMP)
                .orElse(new Observation(entity, 0, 0, 0, Kind.TOMBSTONE_OF_ALL, Map.of()));
    }
}
