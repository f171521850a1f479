// tsup runs several builds side by side into dist/, so none of them may empty it.
import { rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
