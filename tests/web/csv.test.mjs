import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvCell } from '../../web/src/format.js';

test('a cell is quoted where it must be', () => {
  assert.equal(csvCell('a,b'), '"a,b"');
  assert.equal(csvCell(null), '');
});

test('text that a spreadsheet would run as a formula is made harmless, and numbers stay', () => {
  assert.equal(csvCell('=1+1'), "'=1+1");
  assert.equal(csvCell('@SUM(1),2'), '"\'@SUM(1),2"');
  assert.equal(csvCell("-1+cmd|' /C calc'!A0"), "'-1+cmd|' /C calc'!A0");
  assert.equal(csvCell('\t=1'), "'\t=1");
  assert.equal(csvCell(-0.5), '-0.5');
  assert.equal(csvCell('-0.5'), '-0.5');
});
