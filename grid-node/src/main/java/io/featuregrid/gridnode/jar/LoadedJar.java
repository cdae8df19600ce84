package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.ResolverBody;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A jar's classes, loaded for one catalog version. Threads that ran its methods may hold what those left in them, so that they end with it.
 * Safe for use by several threads.
 */
final class LoadedJar implements AutoCloseable {
    private static final long IDLE_SECONDS = 30;

    private final URLClassLoader loader;
    private final ExecutorService threads;
    private final RecordComponents records = new RecordComponents();
    private final Map<String, BoundMethod> methods = new ConcurrentHashMap<>();

    LoadedJar(Path file, ClassLoader parent) throws IOException {
        this.loader = new URLClassLoader("function-jar", new URL[] {file.toUri().toURL()}, parent);
        this.threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform()
                        .daemon()
                        .name("function-java-", 0)
                        .inheritInheritableThreadLocals(false)
                        .factory());
    }

    ClassLoader loader() {
        return loader;
    }

    ExecutorService threads() {
        return threads;
    }

    RecordComponents records() {
        return records;
    }

    /**
     * The method of a resolver.
     *
     * @throws IllegalArgumentException what does not fit
     * @throws ReflectiveOperationException if there is no such method
     * @throws IOException if its class file is not there or cannot be read
     * @throws LinkageError if its class cannot be loaded
     */
    BoundMethod method(String resolver, ResolverBody.JavaMethod body, List<FunctionInput> inputs, List<Feature> outputs)
            throws ReflectiveOperationException, IOException {
        BoundMethod known = methods.get(resolver);
        if (known != null) {
            return known;
        }
        String entry = body.type().replace('.', '/') + ".class";
        AnnotatedMethod method;
        try (InputStream content = loader.getResourceAsStream(entry)) {
            if (content == null) {
                throw new FileNotFoundException("the jar has no " + entry);
            }
            method = JarScanner.method(content.readAllBytes(), body.method())
                    .orElseThrow(() -> new NoSuchMethodException(body.type() + " has no method '" + body.method()
                            + "' that is annotated with @OnlineFunction"));
        }
        BoundMethod bound = BoundMethod.bind(method, inputs, outputs, loader);
        methods.put(resolver, bound);
        return bound;
    }

    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        loader.close();
    }
}
