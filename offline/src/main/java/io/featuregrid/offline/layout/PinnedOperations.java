package io.featuregrid.offline.layout;

import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.encryption.EncryptionManager;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/**
 * The operations of a table, held at one version of it.
 *
 * <p>Before it commits, Iceberg's transaction refreshes its table and applies itself again to whatever another process has committed
 * meanwhile, also with all retries turned off. What was decided by the properties of the older version would be committed over newer ones:
 * the same segment twice, say. Held at that version, the commit fails instead, and the decision is taken anew.
 */
record PinnedOperations(TableOperations operations, TableMetadata version) implements TableOperations {
    @Override
    public TableMetadata current() {
        return version;
    }

    @Override
    public TableMetadata refresh() {
        return version;
    }

    @Override
    public void commit(TableMetadata base, TableMetadata next) {
        operations.commit(base, next);
    }

    @Override
    public FileIO io() {
        return operations.io();
    }

    @Override
    public EncryptionManager encryption() {
        return operations.encryption();
    }

    @Override
    public String metadataFileLocation(String fileName) {
        return operations.metadataFileLocation(fileName);
    }

    @Override
    public LocationProvider locationProvider() {
        return operations.locationProvider();
    }

    @Override
    public TableOperations temp(TableMetadata uncommitted) {
        return operations.temp(uncommitted);
    }

    @Override
    public long newSnapshotId() {
        return operations.newSnapshotId();
    }

    @Override
    public boolean requireStrictCleanup() {
        return operations.requireStrictCleanup();
    }
}
