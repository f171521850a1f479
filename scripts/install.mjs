// Runs before `npm test`, `npm run demo` and `npm run verify`, on whatever Node the machine has and before
// anything is installed: so it is plain JavaScript and imports nothing but Node.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE_MAJOR = 20;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const nodeMajor = Number(process.versions.node.split('.')[0]);
if (nodeMajor < OLDEST_NODE_MAJOR) {
  fail(`Node ${OLDEST_NODE_MAJOR} or newer is needed; this is Node ${process.versions.node}.`);
}
if (isStale()) install();

/** npm writes node_modules/.package-lock.json at the end of an install: its age is the install's. */
function isStale() {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return true;
  const wanted = path.join(root, 'package-lock.json');
  if (statSync(installed).mtimeMs >= statSync(wanted).mtimeMs) return false;
  // A checkout gives the lockfile a new date without a new content.
  return !sameVersions(wanted, installed);
}

function sameVersions(wanted, installed) {
  const have = packagesOf(installed);
  return Object.entries(packagesOf(wanted)).every(
    ([place, entry]) => place === '' || entry.optional === true || have[place]?.version === entry.version,
  );
}

function packagesOf(lockfile) {
  return JSON.parse(readFileSync(lockfile, 'utf8')).packages ?? {};
}

function install() {
  console.log('Installing what the project needs (npm ci), once …');
  const { error, status, stdout, stderr } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: root,
    env: { ...process.env, PATH: pathWithoutProject() },
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) fail(`npm could not be started: ${error.message}`);
  if (status === 0) return;
  process.stderr.write(stdout + stderr);
  fail(`npm ci failed with exit code ${status}; its output is above.`);
}

/**
 * The project's own node_modules/.bin has a `node`, first in PATH inside npm scripts. npm must not run on it while
 * it replaces it.
 */
function pathWithoutProject() {
  const own = path.join(root, 'node_modules', '.bin');
  const parts = (process.env.PATH ?? '').split(path.delimiter);
  return parts.filter(part => path.resolve(part) !== own).join(path.delimiter);
}

function fail(reason) {
  console.error(`error: ${reason}`);
  process.exit(1);
}
