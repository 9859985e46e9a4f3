/** The importer as the page loads it: one bundled file without Node's own modules. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';

import { importRecord } from '../../static/js/importer/index.js';
import { sample } from './importer_support.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'sesphr-importer-'));
after(() => rmSync(folder, { recursive: true }));

test('the bundle for the browser splits as the source does', async () => {
  const outfile = path.join(folder, 'importer.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../../static/js/importer/index.js', import.meta.url))],
    outfile, bundle: true, format: 'esm', platform: 'browser', minify: true,
  });
  const bundled = await import(pathToFileURL(outfile).href);
  for (const name of ['ccda_ccd_hl7_medium.xml', 'ips_nl_core.json', 'bluebutton2_eob_small.json']) {
    assert.deepEqual(await bundled.importRecord(sample(name)), await importRecord(sample(name)));
  }
  await assert.rejects(bundled.importRecord(sample('ccda_badns_NEGATIVE.xml')), bundled.ImportRefused);
});
