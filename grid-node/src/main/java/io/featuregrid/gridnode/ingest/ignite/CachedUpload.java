package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.UploadRecord;

/** An upload's record in its cache. Two are equal to Ignite if all of their fields are. */
// Not a record: Ignite's marshaller cannot set the fields of one.
final class CachedUpload {
    private final String id;
    private final long insertedAt;
    private final long acceptedAt;
    private final long firstSequence;
    private final long rows;
    private final int fingerprint;
    private final int attempt;
    private final String holder;
    private final long since;
    private final String state;

    CachedUpload(UploadRecord record) {
        this.id = record.id();
        this.insertedAt = record.stamps().insertedAt();
        this.acceptedAt = record.stamps().acceptedAt();
        this.firstSequence = record.stamps().firstSequence();
        this.rows = record.content().rows();
        this.fingerprint = record.content().fingerprint();
        this.attempt = record.attempt().number();
        this.holder = record.attempt().holder();
        this.since = record.attempt().since();
        this.state = record.state().name();
    }

    UploadRecord record() {
        return new UploadRecord(
                id,
                new UploadRecord.Stamps(insertedAt, acceptedAt, firstSequence),
                new UploadRecord.Content(rows, fingerprint),
                new UploadRecord.Attempt(attempt, holder, since),
                UploadRecord.State.valueOf(state));
    }
}
