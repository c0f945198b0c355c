// What a screen of shifts does; no transport and no printing here.

import { OneShift, Reword, Rostered, ShiftFrame, ShiftPage } from './documents.graphql.js';
import { reading } from './gql/index.js';
import type { ShiftChangeInput, ShiftFrameFragment, ShiftPageQuery } from './gql/graphql.js';
import { absence, type Answer, type Kaifong } from './kaifong.js';

/** Shifts in the order of their start, page after page. */
export async function* pages(kaifong: Kaifong, size: number): AsyncGenerator<readonly ShiftFrameFragment[]> {
  let after: string | null = null;
  do {
    const answer: Answer<ShiftPageQuery> = await kaifong.ask(ShiftPage, { first: size, after });
    const shifts = answer.data.shifts;
    if (!shifts) return;
    yield reading(ShiftFrame, shifts.nodes);
    after = shifts.pageInfo.hasNextPage ? shifts.pageInfo.endCursor : null;
  } while (after);
}

/** A shift as it is now; null where there is none that the viewer sees. */
export const shift = async (kaifong: Kaifong, id: string) =>
  reading(ShiftFrame, (await kaifong.ask(OneShift, { id })).data.shift);

/** What became of a change: somebody else may have been faster. */
export type Changed =
  | { outcome: 'changed'; shift: ShiftFrameFragment | null }
  | { outcome: 'stale'; now: ShiftFrameFragment | null }
  | { outcome: 'refused'; reasons: string[] };

/** Changes a shift as it was read; where it was changed meanwhile, gives it as it is now. */
export const change = async (
  kaifong: Kaifong,
  read: ShiftFrameFragment,
  values: Omit<ShiftChangeInput, 'id' | 'version'>,
): Promise<Changed> => {
  const input = { ...values, id: read.id, version: read.version };
  const payload = (await kaifong.ask(Reword, { input })).data.shiftChange;
  const errors = payload?.userErrors ?? [];
  if (errors.some((error) => error.code === 'STALE')) {
    return { outcome: 'stale', now: (await shift(kaifong, read.id)) ?? null };
  }
  if (errors.length > 0) {
    return { outcome: 'refused', reasons: errors.map((error) => `${error.message} ${error.messageZh}`) };
  }
  return { outcome: 'changed', shift: reading(ShiftFrame, payload?.shift) ?? null };
};

const PERSON = 'shifts.nodes.assignments.nodes.volunteer';

/** A volunteer of a roster, in words: a null is told apart from a value that is not shown. */
export const rostered = async (kaifong: Kaifong) => {
  const { data, privacy } = await kaifong.ask(Rostered, {});
  const volunteer = data.shifts?.nodes[0]?.assignments?.nodes[0]?.volunteer;
  if (!volunteer) return null;
  const masked = (privacy.fields[`${PERSON}.nameZh`]?.masked ?? 0) > 0;
  return {
    name: volunteer.nameZh ?? absence(privacy, `${PERSON}.nameZh`),
    nameIsMasked: masked,
    phone: volunteer.phone ?? absence(privacy, `${PERSON}.phone`),
  };
};
