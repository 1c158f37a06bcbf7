import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePrivateFolder } from './private-folder.ts';

test('makes a folder with those that lead to it, for its owner alone, and leaves one that is there', () => {
  const root = mkdtempSync(join(tmpdir(), 'dovetail-folder-'));
  const folder = join(root, 'a', 'b');
  makePrivateFolder(folder);
  makePrivateFolder(folder);
  expect([join(root, 'a'), folder].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
  rmSync(root, { recursive: true });
});

test.runIf(process.platform === 'linux')('a folder that can not be made is an error at once', () => {
  expect(() => makePrivateFolder('/proc/dovetail/state')).toThrow('ENOENT');
});
