// Reads, changes and listens, as two viewers of the demo.

import fs from 'node:fs';
import { ShiftFrame, ShiftNews } from './documents.graphql.js';
import { reading } from './gql/index.js';
import { Kaifong } from './kaifong.js';
import { change, pages, rostered } from './shifts.js';

const origin = process.env['KAIFONG_URL'] ?? 'http://127.0.0.1:8080';
const tokens = JSON.parse(fs.readFileSync(process.env['KAIFONG_TOKENS'] ?? 'tokens.json', 'utf8')) as
  Record<'coordinator' | 'partner', string>;

const coordinator = new Kaifong(origin, tokens.coordinator);
const partner = new Kaifong(origin, tokens.partner);

for await (const page of pages(coordinator, 5)) {
  for (const { startsAt, place, filled, needed } of page) console.log(startsAt, place, `${filled}/${needed}`);
  const [first] = page;
  if (!first?.viewerCanChange) continue;
  const news = coordinator.events(ShiftNews, { id: first.id });
  const ticking = setInterval(() => void change(coordinator, first, { place: `Hall ${Date.now() % 100}` }), 500);
  for await (const { data } of news) {
    console.log('changed:', reading(ShiftFrame, data?.shiftChanged)?.place);
    break;
  }
  clearInterval(ticking);
  console.log('with the version of before:', (await change(coordinator, first, { place: 'Hall A' })).outcome);
  break;
}
console.log('as the coordinator:', await rostered(coordinator));
console.log('as the partner:', await rostered(partner));
await Promise.all([coordinator.close(), partner.close()]);
