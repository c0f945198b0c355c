// What the officer writes, and what is said while it is written.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allIsWell, arrive, button, drafted, FILE, findings, go,
  linesOf, main, options, overwrite, page, server, shoot,
} from './officer.mjs';

test('every shipped file is sound and laid out as the command line has it', options, async () => {
  await arrive();
  const found = await page().evaluate(async () => {
    const { check, layOut } = await import('/officer/cedar.js');
    const draft = await import('/officer/draft.js');
    const schema = draft.text('schema.cedarschema');
    const told = [];
    for (const { name, kind } of draft.files().filter((file) => /cedar/.test(file.name))) {
      const text = draft.text(name);
      const faults = await check({ kind, text, schema, taken: [] });
      const same = kind === 'SCHEMA' || kind === 'INVARIANTS' || await layOut(text) === text;
      told.push([name, faults.map((fault) => fault.message), same]);
    }
    return told;
  });
  assert.ok(found.length >= 14, String(found.length));
  for (const [name, faults, same] of found) assert.deepEqual([name, faults, same], [name, [], true]);
});

test('faults are told at their line while one types', options, async () => {
  await arrive();
  const text = await FILE('volunteers.cedar');
  const [home] = linesOf(text, 'Action::"home"');
  await page().goto(`${server.origin}/officer#change=${encodeURIComponent(`volunteers.cedar:${home}`)}`);
  await findings().getByText('No faults found in this file.').waitFor();
  const cases = [
    ['     Action::"hoem",', 'There is no action or group “hoem”. Did you mean “home”?'],
    ['     Action::"home";', '“;” cannot stand here; look just before it for something missing.'],
    ['     Action::"home", #', 'A character cannot stand here.'],
  ];
  let old = 'Action::"home"';
  for (const [now, words] of cases) {
    await overwrite(old, now);
    await findings().getByText(words).waitFor();
    assert.equal(await findings().getByRole('button').first().innerText(), `line ${home}`, words);
    assert.ok(await page().locator('.cm-lint-marker-error').count() > 0, 'a mark beside the line');
    old = now.trim();
  }
  await shoot('fault');
  await page().getByRole('button', { name: '中文' }).click();
  await findings().getByText('此處有不能使用的字符。').waitFor();
  await page().getByRole('button', { name: 'English' }).click();
  await overwrite(old, '     Action::"home",');
  await findings().getByText('No faults found in this file.').waitFor();
  assert.equal(await drafted('volunteers.cedar'), text);
  // What is as it was is no draft.
  assert.equal(await page().locator('#head .dot').count(), 0);
  await overwrite('@id("coordinator-sees-volunteers")', '@id("administrator-keeps-volunteers-records")');
  await findings().getByText('Another rule has the id “administrator-keeps-volunteers-records” already.').waitFor();
  allIsWell();
});

test('the matrix shows what a draft would change', options, async () => {
  await arrive({ place: '#change=safeguards.cedar' });
  await page().locator('.cm-content').click();
  await page().keyboard.press('Control+Home');
  await page().keyboard.insertText('@id("no-hours") @en("Nobody sees hours.") @zh("看不到服務時數。")\nforbid (principal, action == Action::"Volunteer.hours", resource);\n\n');
  await page().locator('#head .dot').waitFor();
  await go('Who sees what');
  await main().getByLabel('With my draft').check();
  await main().getByLabel('Only what my draft changes').check();
  const rows = main().locator('table.matrix tbody tr:not(.group)');
  await rows.first().waitFor();
  assert.deepEqual(await rows.locator('th').allInnerTexts(), ['hours']);
  const changed = rows.locator('td.changed').first();
  assert.match(await changed.innerText(), /before:\s*F\s*full[\s\S]*now:\s*–\s*hidden/);
  await shoot('matrix-draft');
  allIsWell();
});

test('files are added, removed and put back', options, async () => {
  await arrive({ place: '#change=volunteers.cedar' });
  page().on('dialog', (dialog) => dialog.accept());
  const list = main().getByRole('navigation', { name: 'Files' });
  await list.getByRole('button', { name: 'New file …' }).click();
  const dialog = page().getByRole('dialog', { name: 'New file …' });
  await dialog.getByLabel('Name of the file').fill('../visitors.cedar');
  await dialog.getByRole('button', { name: 'Create' }).click();
  assert.equal(await dialog.count(), 1, 'that is no name for a file here');
  await dialog.getByLabel('Name of the file').fill('visitors.cedar');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await list.getByRole('button', { name: 'visitors.cedar new' }).waitFor();
  await page().locator('.cm-content').click();
  await page().keyboard.insertText('permit (principal, action, resource);\n');
  await findings().getByText('The rule has no id: write @id("who-does-what") above it.').waitFor();
  await findings().getByText('The rule has no Chinese sentence: write @zh("…") above it.').waitFor();
  await button('Undo my changes').click();
  await list.getByRole('button', { name: 'visitors.cedar new' }).waitFor({ state: 'detached' });
  await list.getByRole('button', { name: 'jobs.cedar' }).click();
  await button('Remove file').click();
  await findings().getByText('This file is removed in your draft.').waitFor();
  await list.getByRole('button', { name: 'jobs.cedar removed' }).waitFor();
  await button('Undo my changes').click();
  await list.getByRole('button', { name: 'jobs.cedar', exact: true }).waitFor();
  assert.equal(await page().locator('#head .dot').count(), 0);
  allIsWell();
});
