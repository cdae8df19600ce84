package io.featuregrid.gridnode.ingest.simulation;

/**
 * How often what goes wrong.
 *
 * @param crash nodes crash at one step of so many
 * @param move a partition moves, or a set's committer changes, at one step of so many
 * @param error a call of the grid or of history fails, before or after its effect, one time of so many
 */
record Faults(int crash, int move, int error) {
    static final Faults NONE = new Faults(0, 0, 0);
}
