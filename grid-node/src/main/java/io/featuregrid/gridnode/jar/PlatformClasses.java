package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.function.OnlineFunction;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/** The parent of jars: it has the classes of the Java platform and the annotations, and nothing else of the node. */
final class PlatformClasses extends ClassLoader {
    private static final String ANNOTATIONS = OnlineFunction.class.getPackageName() + ".";

    PlatformClasses() {
        super("function-api", getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (name.startsWith(ANNOTATIONS)) {
            return Class.forName(name, false, OnlineFunction.class.getClassLoader());
        }
        throw new ClassNotFoundException(name);
    }

    @Override
    protected @Nullable URL findResource(String name) {
        return null;
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        return Collections.emptyEnumeration();
    }
}
