/** A reader of server-sent events, as browsers have one, over one connection. */

/** An event as it came. */
export interface Told {
  readonly id: string;
  readonly data: string;
}

export class EventStream {
  /** In the order in which they came. */
  readonly told: Told[] = [];
  readonly #end = new AbortController();

  private constructor() {
    // by `open`
  }

  /** @param lastEventId where one that broke off was */
  static async open(
    url: string,
    { signal, lastEventId }: { readonly signal: AbortSignal; readonly lastEventId?: string },
  ): Promise<EventStream> {
    const source = new EventStream();
    const response = await fetch(url, {
      headers: {
        accept: "text/event-stream",
        ...(lastEventId !== undefined && { "last-event-id": lastEventId }),
      },
      signal: AbortSignal.any([signal, source.#end.signal]),
    });
    if (response.status !== 200 || response.body === null) {
      throw new Error(`the stream is answered with ${String(response.status)}`);
    }
    void source.#read(response.body).catch(() => undefined); // closed, by whoever
    return source;
  }

  close(): void {
    this.#end.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      const events = text.split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) this.#tell(event);
    }
  }

  #tell(event: string): void {
    const fields = new Map<string, string>();
    for (const line of event.split("\n")) {
      const [, name, value] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) fields.set(name, value);
    }
    const data = fields.get("data");
    if (data !== undefined) this.told.push({ id: fields.get("id") ?? "", data });
  }
}
