package io.featuregrid.offline.read;

import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;

/** What Parquet-MR wants beside a column reader whose values are pulled, not pushed. */
final class NoConverter extends GroupConverter {
    private static final PrimitiveConverter NOTHING = new PrimitiveConverter() {
        @Override
        public GroupConverter asGroupConverter() {
            return new NoConverter();
        }
    };

    @Override
    public Converter getConverter(int fieldIndex) {
        return NOTHING;
    }

    @Override
    public void start() {}

    @Override
    public void end() {}
}
