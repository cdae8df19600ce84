package io.featuregrid.offline.layout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;

/** Iceberg's files on a local or shared disk, without Hadoop. Made by Iceberg, by its class name. */
public final class LocalFileIO implements FileIO {
    private static final long serialVersionUID = 1L;

    @Override
    public InputFile newInputFile(String location) {
        return new LocatedInput(location);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return new LocatedOutput(location);
    }

    @Override
    public void deleteFile(String location) {
        try {
            Files.deleteIfExists(Locations.path(location));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A local file that reports its place in the form of {@link Locations}; folders are made on the way. */
    private record LocatedOutput(String location) implements OutputFile {
        private OutputFile file() {
            Path path = Locations.path(location);
            try {
                Files.createDirectories(path.toAbsolutePath().getParent());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            return org.apache.iceberg.Files.localOutput(path.toFile());
        }

        @Override
        public PositionOutputStream create() {
            return file().create();
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            return file().createOrOverwrite();
        }

        @Override
        public InputFile toInputFile() {
            return new LocatedInput(location);
        }
    }

    /** A local file to read; like {@link LocatedOutput} it must report the place it was asked for, by which Iceberg tells versions apart. */
    private record LocatedInput(String location) implements InputFile {
        private InputFile file() {
            return org.apache.iceberg.Files.localInput(Locations.path(location).toFile());
        }

        @Override
        public long getLength() {
            return file().getLength();
        }

        @Override
        public SeekableInputStream newStream() {
            return file().newStream();
        }

        @Override
        public boolean exists() {
            return file().exists();
        }
    }
}
