/** A receiver of OpenTelemetry's protocol over HTTP, as JSON: it keeps the spans and metrics that it gets. */
import { answer, Receiver } from "./receiver.ts";

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** 1: internal, 2: server, 3: client, 4: producer, 5: consumer. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The traces that it is linked to. */
  readonly links: readonly string[];
  /** 2: an error. */
  readonly status: number;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Traces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly name: string;
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly kind: number;
        readonly attributes: readonly Attribute[];
        readonly links?: readonly { readonly traceId: string }[];
        readonly status?: { readonly code?: number };
      }[];
    }[];
  }[];
}

interface Metrics {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly sum?: { readonly dataPoints: readonly Point[] };
        readonly histogram?: { readonly dataPoints: readonly Point[] };
      }[];
    }[];
  }[];
}

interface Point {
  readonly attributes: readonly Attribute[];
  readonly asDouble?: number;
  readonly count?: number;
}

export class OtlpReceiver {
  readonly #receiver: Receiver;

  private constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  static async start(): Promise<OtlpReceiver> {
    const headers = { "content-type": "application/json" };
    return new OtlpReceiver(await Receiver.start({ behaving: answer(200, "{}", headers) }));
  }

  get url(): string {
    return this.#receiver.url;
  }

  /** All that came, as it came. */
  get text(): string {
    return this.#receiver.calls.map(({ body }) => body.toString()).join("\n");
  }

  get spans(): readonly ReceivedSpan[] {
    return this.#bodies<Traces>("/v1/traces")
      .flatMap(({ resourceSpans }) => resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap(({ spans }) => spans)
      .map(({ attributes, links = [], status, ...span }) => ({
        ...span,
        attributes: valuesOf(attributes),
        links: links.map(({ traceId }) => traceId),
        status: status?.code ?? 0,
      }));
  }

  /** The last value, or number of values, of each metric of each function, by what it is told apart by. */
  get metrics(): ReadonlyMap<string, number> {
    const last = new Map<string, number>();
    for (const { resource, scopeMetrics } of this.#bodies<Metrics>("/v1/metrics").flatMap(
      ({ resourceMetrics }) => resourceMetrics,
    )) {
      const name = String(valuesOf(resource.attributes)["faas.name"]);
      for (const metric of scopeMetrics.flatMap(({ metrics }) => metrics)) {
        for (const point of (metric.sum ?? metric.histogram)?.dataPoints ?? []) {
          const labels = Object.values(valuesOf(point.attributes)).join(" ");
          last.set(`${name} ${metric.name} ${labels}`, point.asDouble ?? Number(point.count));
        }
      }
    }
    return last;
  }

  #bodies<T>(path: string): T[] {
    return this.#receiver.calls
      .filter((call) => call.path === path)
      .map(({ body }) => JSON.parse(body.toString()) as T);
  }

  async stop(): Promise<void> {
    await this.#receiver.stop();
  }
}

function valuesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
