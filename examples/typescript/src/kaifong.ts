// The whole client: typed documents over HTTP, subscriptions over a WebSocket.

import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import type { TypedDocumentString } from './gql/graphql.js';

/** How many values of one position were shown in full, masked and withheld. */
export interface Shown { full?: number; masked?: number; hidden?: number }

/** What policy did to an answer, by the path of fields such as `shifts.nodes.place`. */
export interface Privacy { policyVersion: string; fields: Record<string, Shown> }

export interface Answer<Data> { data: Data; privacy: Privacy }

/** The server refused the request as a whole; user errors are part of the data. */
export class Refused extends Error {
  constructor(readonly codes: readonly string[], message: string) { super(message); }
}

interface Reply<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
  extensions?: { privacy?: Privacy };
}

export class Kaifong {
  readonly #address: URL;
  readonly #token: string;
  readonly #byId: boolean;
  readonly #socket: Client;

  /** `byId` sends the document's hash and not its text: for a server with trusted documents. */
  constructor(origin: string, token: string, byId = false) {
    this.#address = new URL('/graphql', origin);
    this.#token = token;
    this.#byId = byId;
    this.#socket = createClient({
      url: this.#address.href.replace(/^http/, 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
    });
  }

  /** Asks a query or does a mutation. */
  async ask<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): Promise<Answer<Data>> {
    const response = await fetch(this.#address, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        authorization: `Bearer ${this.#token}`,
      },
      body: JSON.stringify({ ...this.#named(document), variables }),
    });
    const { data, errors, extensions } = (await response.json()) as Reply<Data>;
    if (errors?.length || !data) {
      throw new Refused(
        errors?.map((error) => error.extensions?.code ?? 'UNKNOWN') ?? [],
        errors?.map((error) => error.message).join('; ') ?? `status ${response.status}`,
      );
    }
    return { data, privacy: extensions?.privacy ?? { policyVersion: '', fields: {} } };
  }

  /** Subscribes; leaving the loop over the events ends the subscription. */
  events<Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ) {
    // The transport wants a text; an empty one beside a hash is none.
    return this.#socket.iterate<Data>({ query: '', ...this.#named(document), variables });
  }

  async close(): Promise<void> { await this.#socket.dispose(); }

  #named<Data, Variables>(document: TypedDocumentString<Data, Variables>) {
    return this.#byId
      ? { documentId: String(document.__meta__?.['hash']) }
      : { query: document.toString() };
  }
}

/** What a null at a path means: withheld by policy, or empty; `unsure` where rows differ. */
export const absence = (privacy: Privacy, path: string): 'withheld' | 'empty' | 'unsure' => {
  const { full = 0, masked = 0, hidden = 0 } = privacy.fields[path] ?? {};
  if (hidden === 0) return 'empty';
  return full + masked === 0 ? 'withheld' : 'unsure';
};
