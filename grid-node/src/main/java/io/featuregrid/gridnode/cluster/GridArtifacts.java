package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Artifacts;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.apache.ignite.IgniteCache;

/** Artifacts in a replicated cache of the grid, by their SHA-256. */
public final class GridArtifacts implements Artifacts {
    static final String CACHE = "__artifacts";

    private static final int MOST_BYTES = 64 << 20;

    private final IgniteCache<String, byte[]> cache;

    private GridArtifacts(IgniteCache<String, byte[]> cache) {
        this.cache = cache;
    }

    public static GridArtifacts open(Grid grid) {
        return new GridArtifacts(grid.ignite().getOrCreateCache(GridConfiguration.<String, byte[]>systemCache(CACHE)));
    }

    /**
     * Keeps a file; nothing happens if it is there.
     *
     * @throws FeatureGridException TOO_LARGE above 64 MiB
     */
    @Override
    public String put(byte[] content) {
        if (content.length > MOST_BYTES) {
            throw new FeatureGridException(
                    ErrorCode.TOO_LARGE,
                    "the artifact has " + content.length + " bytes (expected at most " + MOST_BYTES + ")");
        }
        String sha256 = sha256(content);
        cache.putIfAbsent(sha256, content);
        return sha256;
    }

    @Override
    public Optional<byte[]> get(String sha256) {
        return Optional.ofNullable(cache.get(sha256));
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
