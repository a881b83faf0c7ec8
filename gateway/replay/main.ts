/** Entry of `npm run replay`. */
import { runReplay } from './replay.ts';

process.exitCode = await runReplay(process.argv.slice(2), process.stdout);
