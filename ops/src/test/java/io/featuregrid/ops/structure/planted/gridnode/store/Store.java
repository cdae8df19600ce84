package io.featuregrid.ops.structure.planted.gridnode.store;

import io.featuregrid.ops.structure.planted.offline.join.Join;
import io.vertx.core.Vertx;
import org.apache.iceberg.Table;
import org.apache.parquet.column.page.PageReader;

/** Planted: the store knows history, its technologies, and HTTP. */
public interface Store {
    Join history();

    Table table();

    PageReader pages();

    Vertx http();
}
