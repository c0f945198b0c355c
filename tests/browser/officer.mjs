// The page of whoever keeps the policies, opened in a real browser, and what one does in it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, afterEach, before, beforeEach } from 'node:test';
import { open, program } from './browser.mjs';
import { serve } from './server.mjs';

const there = fs.existsSync(program);
if (!there && process.env.CI) throw new Error(`there is no ${program}`);

/** What each test is run with: without a browser it is skipped, and says so. */
export const options = { skip: !there && `there is no ${program}` };

/** A demo of the test file's own. */
export let server;
/** The browser of the test. */
export let officer;
before(async () => {
  if (there) server = await serve();
});
after(() => server?.stop());
beforeEach(() => { officer = null; });
afterEach(async (context) => {
  if (officer && !context.passed) await officer.page.screenshot({ path: 'shots/officer-failed.png', fullPage: true }).catch(() => {});
  await officer?.context.close();
  if (officer) fs.rmSync(officer.profile, { recursive: true });
});

export const page = () => officer.page;
export const main = () => page().locator('main');
export const button = (name) => main().getByRole('button', { name, exact: true });
export const step = (number) => main().locator('section.step').nth(number - 1);
export const shoot = (name) => page().screenshot({ path: `shots/officer-${name}.png`, fullPage: true });

/** Opens the page. The gate asks thousands of questions, and a busy machine takes its time. */
export const visit = async (address, settings = {}) => {
  officer = await open(address, { locale: 'en-GB', ...settings });
  officer.context.setDefaultTimeout(120_000);
};

/** Opens the page and signs in. */
export const arrive = async ({ place = '', token, at = server, ...settings } = {}) => {
  await visit(`${at.origin}/officer${place}`, settings);
  await page().locator('main input').fill(token ?? at.tokens.privacy_officer);
  await page().keyboard.press('Enter');
  await page().locator('#head nav').waitFor();
};

export const go = (name) => page().locator('#head nav').getByRole('link', { name, exact: false }).click();

/** No word of the browser against the page, and nobody but this server was spoken to. */
export const allIsWell = (at = server) => {
  assert.deepEqual(officer.seen.complaints, []);
  assert.deepEqual(officer.seen.violations, []);
  for (const address of officer.seen.addresses.filter((each) => !each.startsWith('data:'))) {
    assert.equal(new URL(address).origin, at.origin, address);
    assert.ok(!address.includes('eyJ'), `a token in an address: ${address}`);
    assert.equal(new URL(address).search, '', `something in the query of ${address}`);
  }
};

/** The text of a file of the draft; the editor itself shows a part only. */
export const drafted = (name) => page().evaluate(async (file) => (await import('/officer/draft.js')).text(file), name);

export const SETS = 'query { policyWorkshop { inForce { number version files { name text } } } }';
export const FILE = async (name) => (await server.ask('privacy_officer', SETS)).policyWorkshop.inForce.files
  .find((file) => file.name === name).text;

/** The lines of a text at which this stands, from 1. */
export const linesOf = (text, part) => text.split('\n').flatMap((line, at) => (line.includes(part) ? [at + 1] : []));

/** The first line of the editor that has this in it. */
export const line = (text) => page().locator('.cm-line', { hasText: text }).first();

/** Writes over a line of the editor. */
export const overwrite = async (old, now) => {
  await line(old).click();
  await page().keyboard.press('Alt+l');
  await page().keyboard.insertText(`${now}\n`);
};

export const findings = () => main().locator('.findings');

/** Takes the draft through the gate, and gives the names of the steps with how they went. */
export const throughTheGate = async () => {
  await button('Check my changes').click();
  await step(2).getByText(/^The set can(not)? go live/).last().waitFor();
  await step(2).locator('p.good, p.bad').last().waitFor();
  return step(2).locator('li.gate').evaluateAll((steps) => steps.map((each) =>
    [each.querySelector('.about').textContent, each.querySelector('.state').textContent]));
};

export const publish = async (reason) => {
  await button('Publish …').click();
  const dialog = page().getByRole('dialog', { name: 'Publish these changes?' });
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: 'Publish' }).click();
};
