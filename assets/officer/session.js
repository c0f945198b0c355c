// Whose page it is: the token and the set in force, in memory, gone when the page is.

import { ask, listen, Refusal } from '/officer/graph.js';
import { WORKSHOP } from '/officer/questions.js';

let token = '';
let workshop = null;
let person = null;

/** Signs the bearer in; false for whoever does not keep the policies. */
export const signIn = async (given) => {
  const { policyWorkshop, viewer } = await ask(given, WORKSHOP);
  if (!policyWorkshop) return false;
  token = given;
  person = viewer.user?.id;
  workshop = policyWorkshop;
  return true;
};

export const signOut = () => {
  token = '';
  workshop = null;
  person = null;
};

export const signedIn = () => workshop !== null;

/** Whether this is the identifier of who has signed in. */
export const isMe = (id) => id === person;

/** The set in force when it was last asked for, with its files. */
export const inForce = () => workshop.inForce;

/** Whether a second person has to approve. */
export const approvalNeeded = () => workshop.approvalNeeded;

/** Asks anew what is in force. */
export const renew = async () => {
  const { policyWorkshop } = await ask(token, WORKSHOP);
  if (policyWorkshop) workshop = policyWorkshop;
};

const TRIES = 20;
const PAUSE = 500;

/** Asks again while the server says that the officer's last work has not ended. */
const patiently = async (asked) => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await asked();
    } catch (error) {
      if (error.code !== 'BUSY' || tries === TRIES) throw error;
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    }
  }
};

/** The answer to a document. */
export const question = (query, variables) => patiently(async () => {
  const data = await ask(token, query, variables);
  // A deed tells it in its answer.
  const busy = Object.values(data).flatMap((root) => root?.userErrors ?? []).find(({ code }) => code === 'BUSY');
  if (busy) throw new Refusal(busy.code, busy.message, busy.messageZh);
  return data;
});

/** The answers to a subscription. */
export async function* follow(query, variables, signal) {
  const [answers, first] = await patiently(async () => {
    const begun = listen(token, query, variables, signal);
    return [begun, await begun.next()];
  });
  if (first.done) return;
  yield first.value;
  yield* answers;
}
