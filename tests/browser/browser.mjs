// A headless Chromium with a new profile, and everything that a page does in it.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

/** The browser's program: Debian's, unless another is named. */
export const program = process.env.KAIFONG_CHROMIUM ?? '/usr/bin/chromium';

/** Quiet: a browser that looks for updates would be refused by a closed network. */
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens a page; `seen` collects what must not be there, and where the page connects to. */
export const open = async (address, settings = {}) => {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'kaifong-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    headless: true,
    args: FLAGS,
    viewport: { width: 1360, height: 820 },
    ...settings,
  });
  const seen = { complaints: [], violations: [], addresses: [], sockets: [] };
  await context.exposeBinding('reportViolation', (_, directive, blocked) =>
    seen.violations.push(`${directive}: ${blocked}`));
  await context.addInitScript(() => document.addEventListener('securitypolicyviolation', (event) =>
    window.reportViolation(event.effectiveDirective, event.blockedURI)));
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) seen.complaints.push(message.text());
  });
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  page.on('request', (request) => seen.addresses.push(request.url()));
  page.on('websocket', (socket) => {
    seen.addresses.push(socket.url());
    seen.sockets.push(socket);
  });
  await page.goto(address);
  return { context, page, profile, seen };
};

/** The profile's files in which the text is found; the browser must have been closed. */
export const filesWith = (profile, text) =>
  fs.readdirSync(profile, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => fs.readFileSync(file).includes(text));
