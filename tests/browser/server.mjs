// A demo of one's own: what is published in it is forgotten with it.

import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

/** The server's program. */
export const program = process.env.KAIFONG_PROGRAM
  ?? path.resolve(import.meta.dirname, '../../target/debug/kaifong');

/** Starts the demo in a new folder with these settings, as `KAIFONG_…` names them; at any port, or at this. */
export const serve = async (settings = {}, port = 0) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kaifong-demo-'));
  const data = path.join(folder, 'data');
  const file = path.join(folder, 'tokens.json');
  const log = fs.openSync(path.join(folder, 'log'), 'w');
  const environment = { PATH: process.env.PATH, ...settings };
  const server = spawn(program, ['demo', '--data-dir', data, '--listen', `127.0.0.1:${port}`, '--tokens', file], {
    cwd: folder, env: environment, stdio: ['ignore', 'pipe', log],
  });
  const origin = await new Promise((resolve, reject) => {
    const lines = readline.createInterface({ input: server.stdout });
    lines.on('line', (line) => {
      const [, found] = /API\s+(http:\/\/\S+)\/graphql/.exec(line) ?? [];
      if (found) resolve(found);
    });
    server.on('error', reject);
    server.on('exit', () => reject(new Error(fs.readFileSync(path.join(folder, 'log'), 'utf8'))));
  });
  const tokens = JSON.parse(fs.readFileSync(file, 'utf8'));
  return {
    origin,
    tokens,
    /** The answer to a document, asked for over HTTP; it must have no errors. */
    async ask(role, query, variables = {}) {
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[role]}` },
        body: JSON.stringify({ query, variables }),
      });
      const { data: answer, errors } = await response.json();
      if (errors) throw new Error(`${role} is refused: ${JSON.stringify(errors)}`);
      return answer;
    },
    /** What the program prints when it is called like this for the same data. */
    run: (...words) => execFileSync(program, [...words, '--data-dir', data], { cwd: folder, env: environment }).toString(),
    async stop() {
      const ended = new Promise((resolve) => { server.on('exit', resolve); });
      server.kill();
      await ended;
      fs.rmSync(folder, { recursive: true });
    },
  };
};
