package io.featuregrid.flightserver;

import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;

/** Measures what comes in and goes out, as it is on the wire. */
final class TrafficMeter extends ServerStreamTracer.Factory {
    private final ServerStreamTracer tracer;

    TrafficMeter(MetricRegistry metrics) {
        Meter in = metrics.meter("flight.bytes.in");
        Meter out = metrics.meter("flight.bytes.out");
        tracer = new ServerStreamTracer() {
            @Override
            public void inboundWireSize(long bytes) {
                in.mark(bytes);
            }

            @Override
            public void outboundWireSize(long bytes) {
                out.mark(bytes);
            }
        };
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
        return tracer;
    }
}
