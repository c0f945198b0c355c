// What the officer reads: who sees what, the policies, and why; and what the page must not do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesWith } from './browser.mjs';
import {
  allIsWell, arrive, button, FILE, go, line, linesOf,
  main, officer, options, page, server, shoot, visit,
} from './officer.mjs';

test('a token of somebody else, or none that is good, is turned away in words', options, async () => {
  await visit(`${server.origin}/officer`);
  const field = page().getByLabel('Your token');
  const alert = page().getByRole('alert');
  for (const role of ['volunteer', 'administrator', 'partner']) {
    await field.fill(server.tokens[role]);
    await field.press('Enter');
    await alert.getByText('This page is for whoever keeps the policies.').waitFor();
    assert.equal(await page().locator('#head nav').count(), 0, role);
    await field.fill('');
  }
  await field.fill(`${server.tokens.privacy_officer.slice(0, -8)}AAAAAAAA`);
  await field.press('Enter');
  await alert.getByText('The token is not good, or no longer.').waitFor();
  await shoot('refused');
  // The browser itself tells of the refusal.
  officer.seen.complaints = officer.seen.complaints.filter((each) => !/status of 401/.test(each));
  allIsWell();
});

test('the matrix is filtered by type, field and viewer, and says in words what its signs mean', options, async () => {
  await arrive();
  await go('Who sees what');
  const table = main().locator('table.matrix');
  await table.waitFor();
  await main().getByLabel('Kind of record').selectOption('Volunteer');
  await main().getByLabel('About').selectOption('SEES');
  await main().getByLabel('Name of field or deed').fill('phone');
  const rows = table.locator('tbody tr:not(.group)');
  const named = () => rows.evaluateAll((all) => all.map((row) => row.querySelector('th').textContent));
  assert.deepEqual((await named()).filter((name) => name === 'phone'), ['phone']);
  for (const name of await named()) assert.match(name, /phone/i);
  const cell = async (viewer) => {
    const heads = await table.locator('thead th').allInnerTexts();
    const row = rows.filter({ has: page().locator('code', { hasText: /^phone$/ }) });
    return row.locator('td').nth(heads.indexOf(viewer) - 1).innerText();
  };
  assert.match(await cell('coordinator'), /^F\s*full\s*where this fits:\s*organisation/);
  assert.match(await cell('not signed in'), /^–\s*hidden/);
  assert.match(await cell('team leader'), /M\s*masked\s*where this fits:\s*rosteredIn/);
  await main().getByLabel('Name of field or deed').fill('');
  const all = await rows.count();
  await main().getByLabel('Only where viewers differ').check();
  assert.ok(await rows.count() <= all);
  await main().locator('summary', { hasText: 'Viewers shown' }).click();
  for (const viewer of ['administrator', 'team leader', 'volunteer', 'read-only partner', 'editing partner', 'teacher', 'guardian', 'privacy officer', 'not signed in']) {
    await main().getByRole('group', { name: 'Viewers shown' }).getByLabel(viewer, { exact: true }).uncheck();
  }
  await main().getByText('Nothing fits this filter.').waitFor();
  await main().getByRole('group', { name: 'Viewers shown' }).getByLabel('not signed in').check();
  assert.deepEqual(await table.locator('thead th').allInnerTexts(), ['Field or deed', 'coordinator', 'not signed in']);
  await shoot('matrix');
  allIsWell();
});

test('a policy is found by its sentence and opened, in both languages', options, async () => {
  await arrive({ locale: 'zh-HK' });
  assert.equal(await page().locator('html').getAttribute('lang'), 'zh-Hant-HK');
  await go('政策');
  await main().getByLabel('搜尋句子、名稱及內文').fill('統籌看到所屬機構義工');
  await main().getByText('找到 1 條規則').waitFor();
  await main().getByRole('link', { name: '統籌看到所屬機構義工的姓名、聯絡方法、技能、服務紀錄及備註。' }).click();
  await main().locator('h1[lang="zh-Hant-HK"]').waitFor();
  assert.match(await main().locator('pre[lang="en"]').innerText(), /^@id\("coordinator-sees-volunteers"\)/);
  await shoot('policy-zh');
  await page().getByRole('button', { name: 'English' }).click();
  assert.equal(await page().locator('html').getAttribute('lang'), 'en');
  assert.match(await main().locator('h1[lang="en"]').innerText(), /^A coordinator sees the volunteers of the organisation/);
  const place = await main().getByRole('link', { name: /^volunteers\.cedar, line \d+$/ }).innerText();
  const text = await FILE('volunteers.cedar');
  assert.equal(place, `volunteers.cedar, line ${linesOf(text, '"coordinator-sees-volunteers"')[0]}`);
  allIsWell();
});

test('why is asked by hand and by address, with the nearest yes', options, async () => {
  // whom the team leader knows, and has not on a shift of today: the day decides who that is
  const { volunteers } = await server.ask('team_leader', '{ volunteers(first: 50) { nodes { id phone } } }');
  const volunteer = volunteers.nodes.find(({ phone }) => phone?.includes('*'));
  const { viewer } = await server.ask('team_leader', '{ viewer { user { id } } }');
  await arrive({ place: `#why=${viewer.user.id},${volunteer.id},phone` });
  await main().getByText('Only a mask of the value is seen.').waitFor();
  assert.match(await main().locator('.whys').first().innerText(), /Is phone seen in full\? no/);
  const near = main().locator('.near').filter({ hasText: 'On the day of the shift' });
  assert.match(await near.innerText(), /Not so here: one of the record's rosteredShifts would have to be among today's shifts/);
  await shoot('why');
  await main().getByRole('button', { name: 'Somebody not signed in' }).click();
  await main().getByLabel('Which field or deed').fill('nameZh');
  await button('Ask').click();
  await main().getByText('Nothing of it is seen.').waitFor();
  await main().getByLabel('Which field or deed').fill('nonsense');
  await button('Ask').click();
  await main().getByText('There is no such person or record, or the record has no such field.').waitFor();
  await near.waitFor({ state: 'detached' });
  allIsWell();
});

test('a draft is not lost by accident, and nothing is kept', options, async () => {
  await arrive({ place: '#change=volunteers.cedar' });
  await page().locator('.cm-content').click();
  await page().keyboard.type('// unpublished words\n');
  await page().locator('#head .dot').waitFor();
  await go('Why');
  await go('Change');
  await line('// unpublished words').waitFor();
  const asked = [];
  page().on('dialog', (dialog) => { asked.push(dialog.type()); return dialog.dismiss(); });
  await page().evaluate(() => { setTimeout(() => location.reload()); });
  await page().waitForTimeout(1000);
  assert.deepEqual(asked, ['beforeunload']);
  await page().getByRole('button', { name: 'Sign out' }).click();
  assert.deepEqual(asked, ['beforeunload', 'confirm']);
  await line('// unpublished words').waitFor();
  const kept = await page().evaluate(async () => ({
    local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie, databases: await indexedDB.databases(),
  }));
  assert.deepEqual(kept, { local: {}, session: {}, cookie: '', databases: [] });
  assert.ok(!(await page().content()).includes('eyJ'));
  allIsWell();
  await officer.context.close();
  assert.deepEqual(filesWith(officer.profile, server.tokens.privacy_officer.split('.')[2]), []);
  assert.deepEqual(filesWith(officer.profile, 'unpublished words'), []);
});

test('it can be read on a narrow screen and in the dark', options, async () => {
  await arrive({ viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
  for (const name of ['Overview', 'Who sees what', 'Policies', 'Change', 'History', 'Why']) {
    await go(name);
    await main().getByRole('heading', { level: 1, name, exact: true }).waitFor();
    await page().waitForTimeout(300);
    const [page_, screen] = await page().evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(page_ <= screen, `${name} is ${page_} wide on a screen of ${screen}`);
    await shoot(`narrow-${name.toLowerCase().replaceAll(' ', '-')}`);
  }
  allIsWell();
});
