package io.featuregrid.ops.monitor;

import com.codahale.metrics.MetricRegistry;
import io.featuregrid.gridnode.serve.HttpHandler;
import io.featuregrid.gridnode.serve.HttpReply;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.dropwizard.DropwizardExports;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * All metrics of a node in the text form of Prometheus, each name with {@code featuregrid_} in front and underscores for dots. Safe for use
 * by several threads.
 */
public final class Metrics {
    private static final String PREFIX = "featuregrid";

    private final DropwizardExports exports;
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.builder()
            .setIncludeCreatedTimestamps(false)
            .build();

    /**
     * The metrics of a registry.
     *
     * @param registry also what is registered later is told
     */
    public Metrics(MetricRegistry registry) {
        MetricRegistry prefixed = new MetricRegistry();
        prefixed.register(PREFIX, registry);
        this.exports = new DropwizardExports(prefixed);
    }

    /** Answers {@code GET} with the text. */
    public HttpHandler handler() {
        return HttpHandler.of(
                "GET", call -> HttpReply.bytes(writer.getContentType(), text().getBytes(StandardCharsets.UTF_8)));
    }

    String text() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try {
            writer.write(text, exports.collect());
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString(StandardCharsets.UTF_8);
    }
}
