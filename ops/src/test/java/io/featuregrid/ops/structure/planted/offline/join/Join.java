package io.featuregrid.ops.structure.planted.offline.join;

import io.featuregrid.ops.structure.planted.gridnode.store.Store;
import org.apache.parquet.column.page.PageReader;

/** Planted: history knows the grid node. Parquet is allowed here. */
public interface Join {
    Store online();

    PageReader pages();
}
