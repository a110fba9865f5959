// Package obs is what an operator sees of a running server: structured logs,
// OpenTelemetry metrics in Prometheus form, and traces when asked for.
// Nothing personal goes into any of them.
package obs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Logger makes the server's logger. level is one of debug, info, warn, error.
func Logger(w io.Writer, level, format string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	options := &slog.HandlerOptions{Level: l}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return slog.New(slog.NewTextHandler(w, options)), nil
}

// Telemetry measures.
type Telemetry struct {
	registry *prometheus.Registry
	metrics  *sdkmetric.MeterProvider
	traces   *sdktrace.TracerProvider
	requests metric.Float64Histogram
	tracer   trace.Tracer
}

// Start sets up metrics and, when endpoint is not empty, traces sent there.
func Start(ctx context.Context, version, endpoint string) (*Telemetry, error) {
	t := &Telemetry{registry: prometheus.NewRegistry()}
	t.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	exporter, err := otelprom.New(otelprom.WithRegisterer(t.registry), otelprom.WithoutScopeInfo())
	if err != nil {
		return nil, fmt.Errorf("metrics exporter: %w", err)
	}
	about := resource.NewSchemaless(attribute.String("service.name", "tianbo"), attribute.String("service.version", version))
	t.metrics = sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter), sdkmetric.WithResource(about))
	otel.SetMeterProvider(t.metrics)
	t.requests, err = t.Meter().Float64Histogram("http.server.request.duration", metric.WithUnit("s"),
		metric.WithDescription("Time to answer a request, by route"),
		metric.WithExplicitBucketBoundaries(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5))
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	if endpoint != "" {
		sender, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint))
		if err != nil {
			return nil, fmt.Errorf("trace exporter: %w", err)
		}
		t.traces = sdktrace.NewTracerProvider(sdktrace.WithBatcher(sender), sdktrace.WithResource(about))
		otel.SetTracerProvider(t.traces)
	}
	t.tracer = otel.Tracer("tianbo")
	return t, nil
}

// Meter makes instruments.
func (t *Telemetry) Meter() metric.Meter { return t.metrics.Meter("tianbo") }

// Gauge reports read's value at each scrape.
func (t *Telemetry) Gauge(name, help string, read func() int64) error {
	_, err := t.Meter().Int64ObservableGauge(name, metric.WithDescription(help),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(read())
			return nil
		}))
	if err != nil {
		return fmt.Errorf("gauge %s: %w", name, err)
	}
	return nil
}

// Request records one answered request. It fits httpapi.Deps.Observe.
func (t *Telemetry) Request(ctx context.Context, method, route string, status int, took time.Duration) {
	t.requests.Record(ctx, took.Seconds(), metric.WithAttributes(
		attribute.String("http.request.method", method),
		attribute.String("http.route", route),
		attribute.Int("http.response.status_code", status)))
	slog.DebugContext(ctx, "request", "method", method, "route", route, "status", status, "took", took)
}

// Trace makes a span around each request when traces are on.
func (t *Telemetry) Trace(next http.Handler) http.Handler {
	if t.traces == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, span := t.tracer.Start(r.Context(), r.Method, trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Handler serves /metrics.
func (t *Telemetry) Handler() http.Handler {
	return promhttp.HandlerFor(t.registry, promhttp.HandlerOpts{})
}

// Stop sends what is left.
func (t *Telemetry) Stop(ctx context.Context) error {
	if t.traces != nil {
		if err := t.traces.Shutdown(ctx); err != nil {
			return fmt.Errorf("stopping traces: %w", err)
		}
	}
	if err := t.metrics.Shutdown(ctx); err != nil {
		return fmt.Errorf("stopping metrics: %w", err)
	}
	return nil
}
