package io.featuregrid.ops.node;

import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.EntityEraser;
import io.featuregrid.planner.execute.ObservationLog;
import io.featuregrid.planner.execute.WriteGate;

/** Writes of a node that wait while a backup pins its point: all but ingests, which history holds by itself. */
record GatedWrites(WriteGate gate) {
    ObservationLog log(ObservationLog log) {
        return upload -> gate.pass(() -> log.append(upload));
    }

    EntityEraser eraser(EntityEraser eraser) {
        return (set, keys) -> gate.pass(() -> eraser.erase(set, keys));
    }

    CatalogStore catalogs(CatalogStore catalogs) {
        return new CatalogStore() {
            @Override
            public Catalog current() {
                return catalogs.current();
            }

            @Override
            public void replace(int base, Catalog next) {
                gate.pass(() -> {
                    catalogs.replace(base, next);
                    return next;
                });
            }
        };
    }
}
