/** The answer of a server, on its way to a topic. */
export interface Reply {
  readonly topic: string;
  readonly data: Uint8Array;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ReplyPublisher {
  /**
   * Publishes it and waits for the acknowledgement.
   *
   * @returns the id that Pub/Sub gave it; rejected if Pub/Sub refused it or did not answer in time
   */
  (reply: Reply): Promise<string>;
}
