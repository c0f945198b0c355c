// Relay without React: its store, its network, and what usePaginationFragment and
// useRefetchableFragment do with them.

import { createRequire } from 'node:module';
import {
  ConnectionInterface, Environment, Network, RecordSource, Store, commitMutation, createOperationDescriptor,
  fetchQuery, getPaginationMetadata, getPaginationVariables, getRefetchMetadata, getSelector, getValueAtPath,
} from 'relay-runtime';
import { headersOf, url } from './demo.mjs';

const require = createRequire(import.meta.url);

/** What the compiler wrote for a document of `relay/documents.js`. */
export const compiled = (name) => require(`./relay/compiled/documents${name}.graphql.js`);

/** A store that asks the demo as somebody; `asked` has the name and variables of each request. */
export const environment = (role) => {
  const asked = [];
  const network = Network.create(async ({ name, text }, variables) => {
    asked.push({ name, variables });
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headersOf(role), 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  const relay = new Environment({ network, store: new Store(new RecordSource()) });
  return Object.assign(relay, { asked });
};

/** Asks a query, and holds what it brought in the store: as a screen that shows it does. */
export const load = async (relay, name, variables) => {
  const operation = createOperationDescriptor(compiled(name), variables);
  relay.retain(operation);
  await fetchQuery(relay, compiled(name), variables, { fetchPolicy: 'network-only' }).toPromise();
  return relay.lookup(operation.fragment).data;
};

/** The data of a fragment where it is spread, as the store has it now. */
export const read = (relay, fragment, reference) =>
  relay.lookup(getSelector(compiled(fragment), reference)).data;

/** Calls back with a fragment's data whenever the store changes it. */
export const watch = (relay, fragment, reference, told) =>
  relay.subscribe(relay.lookup(getSelector(compiled(fragment), reference)), ({ data }) => told(data));

/** The next page of a fragment's connection, merged into the store by its handler. */
export const loadMore = async (relay, fragment, reference, count) => {
  const node = compiled(fragment);
  const { connectionPathInFragmentData, paginationRequest, paginationMetadata, identifierInfo } =
    getPaginationMetadata(node, 'loadMore');
  const { EDGES, PAGE_INFO, END_CURSOR, HAS_NEXT_PAGE } = ConnectionInterface.get();
  const selector = getSelector(node, reference);
  const { data } = relay.lookup(selector);
  const connection = getValueAtPath(data, connectionPathInFragmentData);
  if (!connection[EDGES].length || !connection[PAGE_INFO][HAS_NEXT_PAGE]) return false;
  const variables = getPaginationVariables(
    'forward', count, connection[PAGE_INFO][END_CURSOR],
    { ...selector.owner.variables, ...selector.variables }, {}, paginationMetadata,
  );
  if (identifierInfo) variables[identifierInfo.identifierQueryVariableName] = data[identifierInfo.identifierField];
  await fetchQuery(relay, paginationRequest, variables, { fetchPolicy: 'network-only' }).toPromise();
  return true;
};

/** Reads a fragment again by the id of what it is on. */
export const refetch = async (relay, fragment, reference) => {
  const node = compiled(fragment);
  const { refetchableRequest, identifierInfo } = getRefetchMetadata(node, 'refetch');
  const id = read(relay, fragment, reference)[identifierInfo.identifierField];
  const variables = { [identifierInfo.identifierQueryVariableName]: id };
  await fetchQuery(relay, refetchableRequest, variables, { fetchPolicy: 'network-only' }).toPromise();
};

/** Does a mutation: its response, and its errors where there are any. */
export const mutate = (relay, name, variables, optimisticResponse) =>
  new Promise((resolve, onError) => {
    commitMutation(relay, {
      mutation: compiled(name),
      variables,
      optimisticResponse,
      onCompleted: (response, errors) => resolve({ response, errors }),
      onError,
    });
  });
