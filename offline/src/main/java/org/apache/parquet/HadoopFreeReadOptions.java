package org.apache.parquet;

import java.util.Map;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.format.converter.ParquetMetadataConverter;

/**
 * Read options that load no class of Hadoop. The builder of {@link ParquetReadOptions} always loads Hadoop's codec factory; its
 * package-private constructor, which this class stands in the package for, does not.
 */
public final class HadoopFreeReadOptions {
    private HadoopFreeReadOptions() {}

    /** Options that read with the given codecs and filter nothing. */
    public static ParquetReadOptions create(CompressionCodecFactory codecs) {
        return new ParquetReadOptions(
                false,
                true,
                true,
                true,
                false,
                true,
                true,
                true,
                true,
                FilterCompat.NOOP,
                ParquetMetadataConverter.NO_FILTER,
                codecs,
                new HeapByteBufferAllocator(),
                8 << 20,
                Map.of(),
                null,
                null,
                new PlainParquetConfiguration());
    }
}
