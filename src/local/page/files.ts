import { readFileSync } from 'node:fs';

/** The files of the page. A build puts their contents in the place of this file (scripts/build/page-files.ts). */
const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

export const html = read('page.html');
export const css = read('page.css');
export const script = read('page.js');
