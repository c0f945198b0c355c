// Subscriptions over graphql-transport-ws, a socket each.
//
// The client in GraphiQL's bundle would hide a refused token behind half a minute
// of retries; this one tells at once why the server closed the socket.

const PROTOCOL = 'graphql-transport-ws';

const address = () => {
  const url = new URL('/graphql', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
};

// Subscribes as the bearer of the token, and gives what ends it. The token goes into
// the first message: a browser sets no header on a socket, and an address would end
// in logs and histories.
const subscribe = (token, request, observer) => {
  const socket = new WebSocket(address(), PROTOCOL);
  const say = (message) => socket.send(JSON.stringify(message));
  let over = false;
  const end = (tell) => {
    if (over) return;
    over = true;
    socket.close(1000);
    tell?.();
  };

  socket.onopen = () => {
    const payload = token ? { authorization: `Bearer ${token}` } : {};
    say({ type: 'connection_init', payload });
  };
  socket.onmessage = ({ data }) => {
    if (over) return;
    const { type, payload } = JSON.parse(data);
    if (type === 'connection_ack') say({ id: '1', type: 'subscribe', payload: request });
    else if (type === 'ping') say({ type: 'pong' });
    else if (type === 'next') observer.next(payload);
    else if (type === 'error') end(() => observer.error(payload));
    else if (type === 'complete') end(() => observer.complete());
  };
  socket.onclose = ({ code, reason }) =>
    end(() => observer.error({ message: `The server closed the socket: ${code} ${reason}` }));
  return end;
};

// The subscriptions of one bearer; `to` gives what GraphiQL takes for an observable.
export const live = (token) => {
  const running = new Set();
  return {
    to: (request) => ({
      subscribe(observer) {
        const end = subscribe(token, request, observer);
        const stop = (tell) => { running.delete(stop); end(tell && (() => tell(observer))); };
        running.add(stop);
        return { unsubscribe: () => stop() };
      },
    }),
    // Another bearer takes over the page.
    end() {
      const message = 'The token was changed; run the subscription again. 權杖已更改，請重新執行訂閱。';
      for (const stop of [...running]) stop((observer) => observer.error({ message }));
    },
  };
};
