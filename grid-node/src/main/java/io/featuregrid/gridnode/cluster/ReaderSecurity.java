package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.execute.Access;
import java.io.Serializable;
import java.util.UUID;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.GridKernalContext;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.security.GridSecurityProcessor;
import org.apache.ignite.plugin.CachePluginContext;
import org.apache.ignite.plugin.CachePluginProvider;
import org.apache.ignite.plugin.ExtensionRegistry;
import org.apache.ignite.plugin.IgnitePlugin;
import org.apache.ignite.plugin.PluginConfiguration;
import org.apache.ignite.plugin.PluginContext;
import org.apache.ignite.plugin.PluginProvider;
import org.jspecify.annotations.Nullable;

/** Brings {@link ReaderPermissions} and {@link ReaderGate} into a node of Ignite's: outside, one may read and do nothing else. One a node. */
final class ReaderSecurity implements PluginProvider<PluginConfiguration> {
    private final Access access;
    private @Nullable GridKernalContext kernal;
    private @Nullable ReaderPermissions permissions;

    ReaderSecurity(Access access) {
        this.access = access;
    }

    @Override
    public String name() {
        return "FeatureGrid readers";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public String copyright() {
        return "";
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public <T extends IgnitePlugin> T plugin() {
        return (T) new IgnitePlugin() {};
    }

    @Override
    public <T> @Nullable T createComponent(PluginContext context, Class<T> type) {
        if (!type.equals(GridSecurityProcessor.class)) {
            return null;
        }
        kernal = ((IgniteEx) context.grid()).context();
        permissions = new ReaderPermissions(kernal, access);
        return type.cast(permissions);
    }

    @Override
    public void onIgniteStart() {
        if (kernal == null || permissions == null) {
            throw new IllegalStateException(
                    "the grid started without asking for its permissions (expected Ignite 2.18)");
        }
        ReaderGate.install(kernal, access);
        permissions.open();
    }

    @Override
    public void onIgniteStop(boolean cancel) {
        // The gate goes with the port that it stands before.
    }

    @Override
    public void initExtensions(PluginContext context, ExtensionRegistry registry) {
        // There are none.
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable CachePluginProvider createCacheProvider(CachePluginContext context) {
        return null;
    }

    @Override
    public void start(PluginContext context) {
        // Nothing to start.
    }

    @Override
    public void stop(boolean cancel) {
        // Nothing to stop.
    }

    @Override
    public @Nullable Serializable provideDiscoveryData(UUID node) {
        return null;
    }

    @Override
    public void receiveDiscoveryData(UUID node, Serializable data) {
        // None is sent.
    }

    @Override
    @SuppressWarnings("deprecation")
    public void validateNewNode(ClusterNode node) {
        // Ignite itself refuses a node without this plugin.
    }
}
