// Asks the server. The token goes into a header and nowhere else: addresses end in logs.

/** What the server refuses: its code, and its sentence in English, in Chinese too where it has one. */
export class Refusal extends Error {
  constructor(code, message, chinese) {
    super(message);
    this.code = code;
    this.chinese = chinese;
  }
}

const refusal = (errors) => {
  const [first] = errors;
  return new Refusal(first.extensions?.code ?? 'ERROR', first.message, first.extensions?.messageZh);
};

const send = async (path, token, accept, request, signal) => {
  try {
    return await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${token}` },
      body: JSON.stringify(request),
      credentials: 'omit',
      cache: 'no-store',
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal('UNREACHABLE', 'the server cannot be reached');
  }
};

const read = async (response) => {
  try {
    return await response.json();
  } catch {
    throw new Refusal('UNREACHABLE', `the server answers ${response.status}`);
  }
};

/** The answer to a document as the bearer of the token. */
export const ask = async (token, query, variables = {}) => {
  const response = await send('/graphql', token, 'application/json', { query, variables });
  const { data, errors } = await read(response);
  if (errors?.length) throw refusal(errors);
  return data;
};

/** What comes next of a stream; a line that breaks is told like one that was never there. */
const next = async (reader, signal) => {
  try {
    return await reader.read();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal('UNREACHABLE', 'the server cannot be reached');
  }
};

/** The events of a stream, as texts: what follows `data:`. */
async function* events(body, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await next(reader, signal);
    if (done) return;
    rest += value;
    const parts = rest.split('\n\n');
    rest = parts.pop();
    for (const part of parts) {
      const lines = part.split('\n');
      const kind = lines.find((line) => line.startsWith('event:'))?.slice(6).trim();
      const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim());
      if (kind === 'complete') return;
      if (kind === 'next') yield data.join('\n');
    }
  }
}

/** The answers to a subscription, one by one, until it ends or the signal stops it. */
export async function* listen(token, query, variables, signal) {
  const accept = 'text/event-stream';
  const response = await send('/graphql/stream', token, accept, { query, variables }, signal);
  if (!response.headers.get('content-type')?.startsWith(accept)) {
    throw refusal((await read(response)).errors ?? [{ message: `the server answers ${response.status}` }]);
  }
  for await (const text of events(response.body, signal)) {
    const { data, errors } = JSON.parse(text);
    if (errors?.length) throw refusal(errors);
    yield data;
  }
}
