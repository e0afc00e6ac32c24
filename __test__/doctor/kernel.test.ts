import test from 'ava';
import { residentErrorBytes } from '../../ts/doctor/kernel.js';

const page = 4096;

test('resident memory is exact since the correction, in each line that has it', (t) => {
  for (const release of [
    '6.16.0',
    '6.18.44-fc',
    '7.0.1',
    '6.6.99',
    '6.12.39+deb12-amd64',
    '6.15.7',
  ]) {
    t.is(residentErrorBytes(release, 64, page), 0, release);
  }
});

test('between 6.2 and the correction it may be wrong by what the CPUs hold back', (t) => {
  for (const release of ['6.2.0', '6.6.98', '6.12.38', '6.14.11', '6.15', '6.8.0-60-generic']) {
    t.is(residentErrorBytes(release, 2, page), 3 * 2 * 32 * page, release);
    t.is(residentErrorBytes(release, 64, page), 3 * 64 * 128 * page, release);
  }
});

test('before 6.2 it is the threads that hold back', (t) => {
  for (const release of ['5.10.0-33-amd64', '6.1.0-37-amd64', '4.18.0', '3.10.0-1160.el7']) {
    t.is(residentErrorBytes(release, 64, page), 3 * 64 * page, release);
  }
});

test('an unknown form of release has no error bound', (t) => {
  for (const release of ['', 'unknown', '24']) {
    t.is(residentErrorBytes(release, 2, page), undefined, release);
  }
});
